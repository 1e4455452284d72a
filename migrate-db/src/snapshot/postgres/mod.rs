//! Postgres 14 and later: one round trip to ask what there is, one to read it.
//!
//! The server writes the DDL of whatever has a function for it (`pg_get_indexdef` and its kin), so
//! that a property of a later version is compared without being known here.

mod globals;
mod grants;
mod macros;
mod memory;
mod reading;
mod relations;
mod routines;
mod touched;
mod types;

use migcheck_core::Dialect;

use super::Snapshot;
use super::ident::literal;
use super::object::{Object, Property};
use reading::{Reading, Unit, objects};

use crate::{ServerError, Session};
pub(super) use memory::Memory;

/// Settings while the catalogs are read.
const SETTINGS: [(&str, &str); 3] = [
    // The server leaves out of a definition what the search path finds.
    ("search_path", "pg_catalog"),
    // The joins are written in a good order; looking for a better one costs more than they do.
    ("join_collapse_limit", "1"),
    // Compiling takes longer than reading the largest of schemas.
    ("jit", "off"),
];

/// Whether the answer to a question is yes.
fn is_yes(answer: Option<&str>) -> bool {
    answer == Some("t")
}

pub(super) async fn read(session: &mut dyn Session) -> Result<Snapshot, ServerError> {
    let found = whole(session).await?.into_iter();
    let objects = found.map(|(_, object)| object).collect();
    Ok(Snapshot::new(Dialect::Postgres, objects))
}

fn all_readings() -> impl Iterator<Item = &'static Reading> {
    [
        relations::READINGS,
        types::READINGS,
        routines::READINGS,
        globals::READINGS,
    ]
    .into_iter()
    .flatten()
}

/// Every object there is.
async fn whole(session: &mut dyn Session) -> Result<Vec<(Unit, Object)>, ServerError> {
    let questions: Vec<&str> = all_readings().map(|reading| reading.only_if).collect();
    let current = SETTINGS.map(|(name, _)| format!("current_setting('{name}')"));
    let sql = format!("SELECT {}, {}", current.join(", "), questions.join(", "));
    let answers = session.rows(&sql, &[]).await?;
    let mut answers = answers.into_iter().flatten();
    let previous = SETTINGS.map(|(name, _)| (name, answers.next().flatten().unwrap_or_default()));
    let readings: Vec<&Reading> = all_readings()
        .zip(answers)
        .filter(|(_, answer)| is_yes(answer.as_deref()))
        .map(|(reading, _)| reading)
        .collect();
    // Several statements sent at once are one transaction, to which the settings are local; inside
    // a transaction of the caller's they have to be put back.
    let mut sql = format!("SELECT {}", set_all(&SETTINGS));
    for (at, reading) in readings.iter().enumerate() {
        sql.push_str(&format!(";\n{}", reading.sql(at, None)));
    }
    let previous = previous
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    sql.push_str(&format!(";\nSELECT {}", set_all(&previous)));
    let rows = session.rows(&sql, &[]).await?;
    Ok(objects(&readings, rows)
        .into_iter()
        .map(|(unit, object)| (unit, finished(object)))
        .collect())
}

/// Calls that set all of them until the end of the transaction.
fn set_all(settings: &[(&str, &str)]) -> String {
    let calls: Vec<String> = settings
        .iter()
        .map(|(name, value)| format!("set_config('{name}', {}, true)", literal(value)))
        .collect();
    calls.join(", ")
}

/// What the server's text is made into.
fn finished(mut object: Object) -> Object {
    unfold_now(&mut object);
    read_grants(&mut object);
    object
}

/// Makes statements of the two lists that a query hands out.
fn read_grants(object: &mut Object) {
    if let Some(lists) = object.remove(Property::Grants) {
        let (list, default) = lists.split_once("\n\n").unwrap_or((&lists, ""));
        if let Some(statements) = grants::statements(list, default) {
            object.set(Property::Grants, statements);
        }
    }
}

/// `'now'::timestamp` in a view or a default became the time of its creation; written back, so
/// that the same script makes the same schema at any time.
fn unfold_now(object: &mut Object) {
    for property in [Property::Body, Property::Default, Property::Definition] {
        if let Some(text) = object
            .get(property)
            .filter(|text| text.contains("::timestamp"))
        {
            let text = mask_times(text);
            object.set(property, text);
        }
    }
}

/// Replaces timestamps with fractions of a second, which are no person's work, by `now`.
fn mask_times(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\'') {
        let (before, from) = rest.split_at(at + 1);
        masked.push_str(before);
        let Some(end) = from.find('\'') else {
            rest = from;
            break;
        };
        let (value, after) = from.split_at(end);
        let folded = is_time_with_fraction(value) && after.starts_with("'::timestamp");
        masked.push_str(if folded { "now" } else { value });
        masked.push('\'');
        rest = &after[1..];
    }
    masked + rest
}

/// `2026-11-20 13:35:22.123456` with or without `+00`.
fn is_time_with_fraction(value: &str) -> bool {
    const SHAPE: &[u8] = b"0000-00-00 00:00:00.0";
    let shaped = value
        .bytes()
        .zip(SHAPE)
        .all(|(byte, shape)| byte == *shape || *shape == b'0' && byte.is_ascii_digit());
    value.len() >= SHAPE.len() && shaped
}

#[cfg(test)]
mod tests {
    use super::mask_times;

    #[test]
    fn folded_times_are_unfolded() {
        let masked = mask_times(
            "SELECT '2026-11-20 13:35:22.123456'::timestamp without time zone, \
             '2020-01-01 00:00:00'::timestamp without time zone, 'it''s', \
             '2026-11-20 13:35:22.1+00'::timestamp with time zone AS \"a\"",
        );
        assert_eq!(
            masked,
            "SELECT 'now'::timestamp without time zone, \
             '2020-01-01 00:00:00'::timestamp without time zone, 'it''s', \
             'now'::timestamp with time zone AS \"a\""
        );
        assert_eq!(mask_times("a 'b"), "a 'b");
    }
}
