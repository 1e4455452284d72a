//! Catalog queries that put each property beside the expression it is read with.

use super::object::{Object, ObjectKind, ObjectName, Property};
use crate::session::Row;

/// One query, for objects of one or of several kinds. All fields but the last are SQL
/// expressions.
pub(super) struct Reading {
    /// Says cheaply whether the query is worth running, or can run at all: preparing one costs even
    /// if it finds nothing.
    pub only_if: &'static str,
    /// The kind, as [`ObjectKind::words`] has it.
    pub kind: &'static str,
    pub schema: &'static str,
    pub table: &'static str,
    pub name: &'static str,
    /// NULL where the object does not have the property.
    pub properties: &'static [(Property, &'static str)],
    /// FROM and everything after it. Columns must come in the order they have.
    pub from: &'static str,
}

/// Columns before those of the properties.
const FIXED: usize = 5;

impl Reading {
    /// The query; its rows begin with `tag`, by which [`objects`] knows them.
    fn sql(&self, tag: usize) -> String {
        let mut sql = format!(
            "SELECT {tag}, {}, {}, {}, {}",
            self.kind, self.schema, self.table, self.name
        );
        for (_, expression) in self.properties {
            sql.push_str(", ");
            sql.push_str(expression);
        }
        sql.push(' ');
        sql.push_str(self.from);
        sql
    }
}

/// What [`Reading::only_if`] asks, for one query's list of columns.
pub(super) fn questions<'a>(readings: impl IntoIterator<Item = &'a Reading>) -> String {
    let questions: Vec<&str> = readings
        .into_iter()
        .map(|reading| reading.only_if)
        .collect();
    questions.join(", ")
}

/// Whether the answer to a question is yes.
pub(super) fn is_yes(answer: Option<&str>) -> bool {
    matches!(answer, Some("t" | "1"))
}

/// The readings whose question was answered by yes.
pub(super) fn answered<'a>(
    readings: impl IntoIterator<Item = &'a Reading>,
    answers: impl IntoIterator<Item = Option<String>>,
) -> Vec<&'a Reading> {
    readings
        .into_iter()
        .zip(answers)
        .filter(|(_, answer)| is_yes(answer.as_deref()))
        .map(|(reading, _)| reading)
        .collect()
}

/// Every query, to be sent in one round trip.
pub(super) fn batch<'a>(readings: impl IntoIterator<Item = &'a Reading>) -> String {
    let sql: Vec<String> = readings
        .into_iter()
        .enumerate()
        .map(|(tag, reading)| reading.sql(tag))
        .collect();
    sql.join(";\n")
}

/// The objects in the rows of a [`batch`]. Rows of anything else are passed over.
pub(super) fn objects<'a>(
    readings: impl IntoIterator<Item = &'a Reading>,
    rows: Vec<Row>,
) -> Vec<Object> {
    let readings: Vec<&Reading> = readings.into_iter().collect();
    let mut objects: Vec<Object> = Vec::with_capacity(rows.len());
    for mut row in rows {
        let reading = row
            .first()
            .and_then(Option::as_deref)
            .and_then(|tag| readings.get(tag.parse::<usize>().ok()?));
        let Some(reading) = reading else { continue };
        if row.len() != FIXED + reading.properties.len() {
            continue;
        }
        let values = row.split_off(FIXED);
        let Some(name) = name(row) else { continue };
        let mut object = Object::new(name);
        // Whoever sorts by position finds columns in the order of their rows.
        object.position = if object.name.kind == ObjectKind::Column {
            objects.len()
        } else {
            0
        };
        for ((property, _), value) in reading.properties.iter().zip(values) {
            if let Some(value) = value {
                object.set(*property, value);
            }
        }
        match objects.last_mut() {
            Some(last) if last.name == object.name => join(last, &object),
            _ => objects.push(object),
        }
    }
    objects
}

fn name(row: Row) -> Option<ObjectName> {
    let mut fixed = row.into_iter().skip(1);
    let kind = ObjectKind::from_words(fixed.next()??.as_str())?;
    let (schema, table, name) = (fixed.next()?, fixed.next()?, fixed.next()??);
    Some(ObjectName::new(
        kind,
        schema.as_deref(),
        table.as_deref(),
        name,
    ))
}

/// A server without ordered aggregates hands lists out in several rows of the same name.
fn join(object: &mut Object, next: &Object) {
    for (property, value) in next.properties() {
        match object.get(*property) {
            Some(known) if property.is_list() => {
                let longer = format!("{known}, {value}");
                object.set(*property, longer);
            }
            Some(_) => {}
            None => object.set(*property, value.as_str()),
        }
    }
}
