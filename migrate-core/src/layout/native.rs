//! `<revision>_<slug>.<up|down>[.<dialect>].sql`.

use super::{Class, Order, ScriptName, bad_name, beside_scripts, sql_stem};
use crate::Dialect;
use crate::naming::Template;
use crate::nearest::nearest;
use crate::read::FileRead;
use crate::revision::Direction;
use crate::toml_reader::listed;

/// Whether a script says by itself that it belongs to this layout.
pub(super) fn is_marked(file: &FileRead) -> bool {
    file.header().revises.is_some()
}

pub(super) fn classify<'a>(file: &'a FileRead, template: &Template) -> Class<'a> {
    let Some(stem) = sql_stem(file) else {
        return beside_scripts(file);
    };
    if file.name.contains('/') {
        return beside_scripts(file);
    }
    if stem.ends_with(".fixture") || stem.contains(".fixture.") {
        return Class::Companion;
    }
    let (name, direction, dialect) = match direction_and_dialect(stem) {
        Ok(parts) => parts,
        Err((message, help)) => {
            return bad_name(file, format!("`{}` {message}", file.name), help);
        }
    };
    let Some(found) = template.read(name) else {
        return bad_name(
            file,
            format!(
                "`{}` does not follow the template `{}`",
                file.name,
                template.as_str()
            ),
            format!(
                "name it as in `{}.up.sql`, or change `[naming] file` in migcheck.toml",
                template.example()
            ),
        );
    };
    Class::of(ScriptName {
        key: found.id.into(),
        id: found.id.into(),
        slug: found.slug,
        direction,
        dialect,
        order: Order::default(),
        transaction: true,
        one_way: false,
        section: None,
    })
}

/// Splits `name.up.mysql` into its parts; the error is what is wrong, and what to do about it.
fn direction_and_dialect(
    stem: &str,
) -> Result<(&str, Direction, Option<Dialect>), (String, String)> {
    let (name, last) = stem.rsplit_once('.').unwrap_or((stem, ""));
    if let Some(direction) = direction(last) {
        return Ok((name, direction, None));
    }
    if let Some((name, middle)) = name.rsplit_once('.')
        && let Some(direction) = direction(middle)
    {
        let names = Dialect::ALL.map(Dialect::name);
        return match Dialect::ALL
            .into_iter()
            .find(|dialect| dialect.name() == last)
        {
            Some(dialect) => Ok((name, direction, Some(dialect))),
            None => Err((
                format!("is for `{last}`, and no dialect is called that"),
                match Dialect::from_name(last)
                    .map(Dialect::name)
                    .or(nearest(last, names))
                {
                    Some(near) => format!("rename it to `{name}.{middle}.{near}.sql`"),
                    None => format!("the dialects are {}", listed(&names)),
                },
            )),
        };
    }
    let bare = stem
        .trim_end_matches("_up")
        .trim_end_matches("_down")
        .trim_end_matches('.');
    let way = if stem.ends_with("_down") {
        "down"
    } else {
        "up"
    };
    Err((
        "says neither `up` nor `down`".to_owned(),
        format!("rename it to `{bare}.{way}.sql`"),
    ))
}

fn direction(word: &str) -> Option<Direction> {
    match word {
        "up" => Some(Direction::Up),
        "down" => Some(Direction::Down),
        _ => None,
    }
}
