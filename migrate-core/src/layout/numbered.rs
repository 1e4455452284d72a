//! `V_name.up.sql` with `V_name.down.sql`, V a number: sqlx, which also takes `V_name.sql`, and
//! golang-migrate.

use super::{Class, Layout, Order, ScriptName, bad_name, beside_scripts, sql_stem};
use crate::read::FileRead;
use crate::revision::Direction;

/// The two tools that name files so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    Sqlx,
    GolangMigrate,
}

/// Whether a name is one that these tools would take.
pub(super) fn is_script(name: &str) -> bool {
    let numbered = |stem: &str| version(stem).is_some();
    !name.contains('/') && name.strip_suffix(".sql").is_some_and(numbered)
}

/// Which of the two a directory is for. They order files alike, so that it matters little:
/// golang-migrate pads a counter to six digits, and has no file without a direction.
pub(super) fn tool(files: &[&FileRead]) -> (Layout, &'static str) {
    let counted = |file: &&FileRead| {
        let digits = file.name.bytes().take_while(u8::is_ascii_digit).count();
        digits == 6 && (file.name.ends_with(".up.sql") || file.name.ends_with(".down.sql"))
    };
    if files.iter().all(counted) {
        (
            Layout::GolangMigrate,
            "is named as golang-migrate names files",
        )
    } else {
        (Layout::Sqlx, "is named as sqlx names files")
    }
}

fn version(stem: &str) -> Option<(&str, u64, &str)> {
    let (digits, rest) = stem.split_once('_')?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| digits.parse().ok())??;
    Some((digits, number, rest))
}

pub(super) fn classify(file: &FileRead, tool: Tool) -> Class {
    let Some(stem) = sql_stem(file) else {
        return beside_scripts(file);
    };
    let Some((digits, number, rest)) = version(stem) else {
        return bad_name(
            file,
            format!("`{}` has no version, so it would be ignored", file.name),
            "name it `<number>_<name>.sql`, or move it out of the directory".to_owned(),
        );
    };
    let (slug, direction, one_way) = match (rest.strip_suffix(".up"), rest.strip_suffix(".down")) {
        (Some(slug), _) => (slug, Direction::Up, false),
        (_, Some(slug)) => (slug, Direction::Down, false),
        // sqlx's own rule: what ends in neither is a migration without a way back.
        _ if tool == Tool::Sqlx => (rest, Direction::Up, true),
        _ => {
            return bad_name(
                file,
                format!(
                    "`{}` says neither `up` nor `down`, so it would be ignored",
                    file.name
                ),
                format!("rename it to `{digits}_{rest}.up.sql`"),
            );
        }
    };
    Class::Scripts(vec![ScriptName {
        key: number.to_string(),
        id: digits.to_owned(),
        slug: slug.to_owned(),
        direction,
        dialect: None,
        order: Order(number, String::new()),
        // sqlx looks at the very start of the file, and nowhere else.
        transaction: tool != Tool::Sqlx || !file.source.text.starts_with("-- no-transaction"),
        one_way,
        section: None,
    }])
}
