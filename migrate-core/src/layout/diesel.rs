//! diesel: `V_name/up.sql`, `V_name/down.sql`, `V_name/metadata.toml`.

use super::{Class, Order, ScriptName, bad_name, beside_scripts};
use crate::read::FileRead;
use crate::revision::Direction;

/// Whether a name is that of a script in a folder of its own.
pub(super) fn is_script(name: &str) -> bool {
    name.split_once('/')
        .is_some_and(|(folder, file)| file == "up.sql" && !folder.starts_with('.'))
}

pub(super) fn classify<'a>(file: &'a FileRead) -> Class<'a> {
    let Some((folder, base)) = file.name.split_once('/') else {
        return if file.name == "diesel.toml" {
            Class::Companion
        } else {
            beside_scripts(file)
        };
    };
    if folder.starts_with('.') {
        return beside_scripts(file);
    }
    // diesel_migrations takes what stands before the first `_`, without dashes, and sorts that:
    // one folder may mix `20170309122510_x` and `2017-09-23-182408_x`.
    let (version, slug) = folder.split_once('_').unwrap_or((folder, ""));
    let id = version.replace('-', "");
    let direction = match base {
        "up.sql" => Direction::Up,
        "down.sql" => Direction::Down,
        "metadata.toml" => return Class::Metadata(id),
        // A graph that other tools keep beside the same two files: this is no chain.
        "metadata.yaml" | "metadata.yml" => {
            return bad_name(
                file,
                format!(
                    "`{}` may name parents, which are not read: the order would be the folders'",
                    file.name
                ),
                "write them into up.sql as `-- migcheck: revises = [\"…\"]`, and delete the file"
                    .to_owned(),
            );
        }
        _ => return beside_scripts(file),
    };
    if id.is_empty() {
        return bad_name(
            file,
            format!("the folder `{folder}` has no version"),
            "name it `<version>_<name>`".to_owned(),
        );
    }
    Class::of(ScriptName {
        key: id.clone().into(),
        order: Order(0, id.clone()),
        id: id.into(),
        slug,
        direction,
        dialect: None,
        transaction: true,
        one_way: false,
        section: None,
    })
}
