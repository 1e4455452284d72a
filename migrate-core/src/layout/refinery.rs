//! refinery: `V1__name.sql`, and `U1__name.sql`. Both go up, in the order of their numbers; a `U` ("not
//! strictly versioned") may be applied after later ones. Its pattern is
//! `^([U|V])(\d+(?:\.\d+)?)__(\w+)` of refinery_core/src/util.rs.

use super::{Class, Order, ScriptName, bad_name, beside_scripts, in_code, sql_stem};
use crate::read::FileRead;
use crate::revision::Direction;

/// Whether a name is one that refinery would take.
pub(super) fn is_script(name: &str) -> bool {
    name.strip_suffix(".sql")
        .is_some_and(|stem| version(stem).is_some())
}

fn version(stem: &str) -> Option<(&str, u64, &str)> {
    // refinery walks into folders, and looks at the file's own name.
    let stem = stem.rsplit('/').next().unwrap_or(stem);
    let (digits, slug) = stem.strip_prefix(['V', 'U'])?.split_once("__")?;
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let is_name = !slug.is_empty() && slug.chars().all(is_word);
    Some((digits, digits.parse().ok().filter(|_| is_name)?, slug))
}

pub(super) fn classify<'a>(file: &'a FileRead) -> Class<'a> {
    let Some(stem) = sql_stem(file) else {
        let rust = file.name.strip_suffix(".rs").and_then(version);
        return match rust {
            Some(_) => in_code(file, "Rust"),
            None => beside_scripts(file),
        };
    };
    let Some((digits, number, slug)) = version(stem) else {
        return bad_name(
            file,
            format!(
                "`{}` is not named as refinery names files, so it ignores it",
                file.name
            ),
            "name it `V<number>__<name>.sql`, with letters, digits and `_` in the name; or move it out of the directory".to_owned(),
        );
    };
    Class::of(ScriptName {
        key: number.to_string().into(),
        id: digits.into(),
        slug,
        direction: Direction::Up,
        dialect: None,
        order: Order(number, String::new()),
        transaction: true,
        one_way: true,
        section: None,
    })
}
