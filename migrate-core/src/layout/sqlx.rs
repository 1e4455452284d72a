//! sqlx: `V_name.sql`, or `V_name.up.sql` with `V_name.down.sql`; V is a number.

use super::{Class, Order, ScriptName, bad_name, beside_scripts, sql_stem};
use crate::read::FileRead;
use crate::revision::Direction;

/// Whether a name is one that sqlx would take.
pub(super) fn is_script(name: &str) -> bool {
    let numbered = |stem: &str| version(stem).is_some();
    !name.contains('/') && name.strip_suffix(".sql").is_some_and(numbered)
}

fn version(stem: &str) -> Option<(&str, u64, &str)> {
    let (digits, rest) = stem.split_once('_')?;
    let number = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())??;
    Some((digits, number, rest))
}

pub(super) fn classify(file: &FileRead) -> Class {
    let Some(stem) = sql_stem(file) else {
        return beside_scripts(file);
    };
    let Some((digits, number, rest)) = version(stem) else {
        return bad_name(
            file,
            format!("`{}` has no version, so sqlx ignores it", file.name),
            "name it `<number>_<name>.sql`, or move it out of the directory".to_owned(),
        );
    };
    // sqlx's own rule: what ends in neither is a migration without a way back.
    let (slug, direction, one_way) = match (rest.strip_suffix(".up"), rest.strip_suffix(".down")) {
        (Some(slug), _) => (slug, Direction::Up, false),
        (_, Some(slug)) => (slug, Direction::Down, false),
        _ => (rest, Direction::Up, true),
    };
    Class::Script(ScriptName {
        key: number.to_string(),
        id: digits.to_owned(),
        slug: slug.to_owned(),
        direction,
        dialect: None,
        order: Order(number, String::new()),
        // sqlx looks at the very start of the file, and nowhere else.
        transaction: !file.source.text.starts_with("-- no-transaction"),
        one_way,
    })
}
