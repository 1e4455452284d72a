//! Postgres 14 and later: one round trip to ask what there is, one to read it.
//!
//! The server writes the DDL of whatever has a function for it (`pg_get_indexdef` and its kin), so
//! that a property of a later version is compared without being known here.

mod clock;
mod dependents;
mod globals;
mod grants;
mod macros;
mod memory;
mod rare;
mod reading;
mod relations;
mod routines;
mod touched;
mod types;

use migcheck_core::Dialect;

use super::Snapshot;
use super::ident::literal;
use super::object::{Object, Property};
use clock::Clock;
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
        rare::READINGS,
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
    let mut sql = format!("SELECT {};\n{}", set_all(&SETTINGS), clock::QUERY);
    for (at, reading) in readings.iter().enumerate() {
        sql.push_str(&format!(";\n{}", reading.sql(at, None)));
    }
    let previous = previous
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    sql.push_str(&format!(";\nSELECT {}", set_all(&previous)));
    let rows = session.rows(&sql, &[]).await?;
    let clock = Clock::of(&rows);
    Ok(objects(&readings, rows)
        .into_iter()
        .map(|(unit, object)| (unit, finished(object, &clock)))
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
fn finished(mut object: Object, clock: &Clock) -> Object {
    clock.unfold_now(&mut object);
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
