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

pub(super) fn classify<'a>(file: &'a FileRead, tool: Tool) -> Class<'a> {
    let Some(stem) = sql_stem(file) else {
        return match tool {
            // It takes every extension: the copy of a script is a script to it, too.
            Tool::GolangMigrate if way(&file.name).is_some() => bad_name(
                file,
                format!(
                    "golang-migrate runs `{}`, which is no `.sql` file",
                    file.name
                ),
                "rename it, or move it out of the directory".to_owned(),
            ),
            _ => beside_scripts(file),
        };
    };
    let Some((digits, number, rest)) = version(stem) else {
        let what = match tool {
            Tool::Sqlx if stem.contains('_') => "sqlx refuses the directory",
            _ => "it would be ignored",
        };
        return bad_name(
            file,
            format!("`{}` has no version, so {what}", file.name),
            "name it `<number>_<name>.sql`, or move it out of the directory".to_owned(),
        );
    };
    let sqlx_way = match (rest.strip_suffix(".up"), rest.strip_suffix(".down")) {
        (Some(slug), _) => Some((slug, Direction::Up)),
        (_, Some(slug)) => Some((slug, Direction::Down)),
        _ => None,
    };
    let (slug, direction, one_way) = match (tool, sqlx_way, way(&file.name)) {
        (Tool::Sqlx, Some((slug, direction)), _)
        | (Tool::GolangMigrate, _, Some((slug, direction))) => (slug, direction, false),
        // sqlx's own rule: what ends in neither is a migration without a way back.
        (Tool::Sqlx, None, _) => (rest, Direction::Up, true),
        (Tool::GolangMigrate, _, None) => {
            let (bare, direction) = match (rest.strip_suffix("_up"), rest.strip_suffix("_down")) {
                (_, Some(bare)) => (bare, "down"),
                (bare, None) => (bare.unwrap_or(rest), "up"),
            };
            return bad_name(
                file,
                format!(
                    "`{}` says neither `up` nor `down`, so it would be ignored",
                    file.name
                ),
                format!("rename it to `{digits}_{bare}.{direction}.sql`"),
            );
        }
    };
    Class::of(ScriptName {
        key: number.to_string().into(),
        id: digits.into(),
        slug,
        direction,
        dialect: None,
        order: Order(number, String::new()),
        // sqlx looks at the very start of the file, and nowhere else.
        transaction: tool != Tool::Sqlx || !file.source.text.starts_with("-- no-transaction"),
        one_way,
        section: None,
    })
}

/// golang-migrate's own pattern, `^([0-9]+)_(.*)\.(down|up)\.(.*)$` of its source/parse.go: the last
/// direction counts, whatever follows it.
fn way(name: &str) -> Option<(&str, Direction)> {
    let (_, _, rest) = version(name)?;
    let up = rest.rfind(".up.").map(|at| (at, Direction::Up));
    let down = rest.rfind(".down.").map(|at| (at, Direction::Down));
    let (at, direction) = up.max(down)?;
    Some((&rest[..at], direction))
}
