//! MySQL and MariaDB: `information_schema`, all of it in one round trip.
//!
//! The two differ in a few columns of it, so some queries are written twice. What they hand out a
//! row per element (keys, parameters, partitions) is put together here, because their
//! GROUP_CONCAT cuts at a length that is a session setting.

mod routines;
mod tables;

use std::collections::BTreeMap;

use migcheck_core::Dialect;

use super::Snapshot;
use super::ident::ident;
use super::object::{Object, ObjectKind, ObjectName, Property};
use super::reading::{answered, batch, objects, questions};
use crate::{ServerError, Session};

pub(super) async fn read(session: &mut dyn Session) -> Result<Snapshot, ServerError> {
    let all = [tables::READINGS, routines::READINGS];
    let all = || all.into_iter().flatten();
    let sql = format!("SELECT DATABASE(), {}", questions(all()));
    let answers = session.rows(&sql, &[]).await?;
    let mut answers = answers.into_iter().flatten();
    let database = answers.next().flatten().unwrap_or_default();
    let readings = answered(all(), answers);
    let sql = batch(readings.iter().copied());
    let rows = session.rows(&sql, &[]).await?;
    let mut found = merged(objects(readings, rows));
    tidy_columns(&mut found);
    read_sequences(session, &mut found).await?;
    for object in &mut found {
        forget_database(object, &database);
        forget_made_up_name(object);
    }
    Ok(Snapshot::new(Dialect::MySql, found))
}

/// Puts together what different queries say of the same object.
fn merged(objects: Vec<Object>) -> Vec<Object> {
    let mut known: BTreeMap<ObjectName, usize> = BTreeMap::new();
    let mut merged: Vec<Object> = Vec::with_capacity(objects.len());
    for object in objects {
        if let Some(at) = known.get(&object.name) {
            for (property, value) in object.properties() {
                merged[*at].set(*property, value.as_str());
            }
        } else {
            known.insert(object.name.clone(), merged.len());
            merged.push(object);
        }
    }
    merged
}

/// The server lists the columns of views too, which follow from their queries, and says of every
/// column the collation that it mostly has from its table.
fn tidy_columns(found: &mut Vec<Object>) {
    let tables: BTreeMap<String, Option<String>> = found
        .iter()
        .filter(|object| object.name.kind == ObjectKind::Table)
        .map(|table| {
            let collation = table.get(Property::Collation).map(str::to_owned);
            (table.name.name.clone(), collation)
        })
        .collect();
    found.retain_mut(|object| {
        if object.name.kind != ObjectKind::Column {
            return true;
        }
        let table = object
            .name
            .table
            .as_deref()
            .and_then(|name| tables.get(name));
        if table.is_some_and(|collation| object.get(Property::Collation) == collation.as_deref()) {
            object.remove(Property::Collation);
        }
        table.is_some()
    });
}

/// MariaDB keeps a sequence's options in the sequence, which is read like a table.
async fn read_sequences(
    session: &mut dyn Session,
    found: &mut [Object],
) -> Result<(), ServerError> {
    let mut sequences: Vec<&mut Object> = found
        .iter_mut()
        .filter(|object| object.name.kind == ObjectKind::Sequence)
        .collect();
    if sequences.is_empty() {
        return Ok(());
    }
    let queries: Vec<String> = sequences
        .iter()
        .map(|sequence| {
            format!(
                "SELECT CONCAT('START WITH ', start_value, ' INCREMENT BY ', increment, ' MINVALUE ',
                 minimum_value, ' MAXVALUE ', maximum_value, ' CACHE ', cache_size,
                 IF(cycle_option, ' CYCLE', '')) FROM {}",
                ident(&sequence.name.name, Some(Dialect::MySql))
            )
        })
        .collect();
    let rows = session.rows(&queries.join(";\n"), &[]).await?;
    for (sequence, row) in sequences.iter_mut().zip(rows) {
        if let Some(options) = row.into_iter().next().flatten() {
            sequence.set(Property::Options, options);
        }
    }
    Ok(())
}

/// Definitions name the database they are in, which in another database would be a difference.
/// Expressions come with their quotes escaped.
fn forget_database(object: &mut Object, database: &str) {
    let prefix = format!("`{}`.", database.replace('`', "``"));
    let changed: Vec<(Property, String)> = object
        .properties()
        .iter()
        .filter_map(|(property, value)| {
            let mut text = value.replace(&prefix, "");
            let expression = match property {
                Property::Definition | Property::Generated | Property::Parts => true,
                Property::Default => text.starts_with('('),
                _ => false,
            };
            if expression {
                text = text.replace("\\'", "'");
            }
            (text != *value).then_some((*property, text))
        })
        .collect();
    for (property, text) in changed {
        object.set(property, text);
    }
}

/// `users_ibfk_1`, `users_chk_2` and MariaDB's `CONSTRAINT_1` are numbers in the order of creation.
fn forget_made_up_name(object: &mut Object) {
    let table = object.name.table.as_deref().unwrap_or_default();
    let numbered = |prefix: &str| {
        let number = object.name.name.strip_prefix(prefix);
        number.is_some_and(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let instead = match object.name.kind {
        ObjectKind::ForeignKey if numbered(&format!("{table}_ibfk_")) => {
            let columns = object.get(Property::Parts).unwrap_or_default();
            Some(format!("({columns})"))
        }
        ObjectKind::Check if numbered(&format!("{table}_chk_")) || numbered("CONSTRAINT_") => {
            let definition = object.get(Property::Definition).unwrap_or_default();
            Some(definition.trim_start_matches("CHECK ").to_owned())
        }
        _ => None,
    };
    if let Some(instead) = instead {
        object.name.name = instead;
        object.name.unnamed = true;
    }
}
