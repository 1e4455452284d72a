//! Catalog queries that put each property beside the expression it is read with.

use crate::session::Row;
use crate::snapshot::object::{Object, ObjectKind, ObjectName, Property};

/// One query, for objects of one or of several kinds, all in SQL.
pub(super) struct Reading {
    /// The kind, as [`ObjectKind::words`] has it.
    pub kind: &'static str,
    pub table: &'static str,
    pub name: &'static str,
    /// NULL where the object does not have the property.
    pub properties: &'static [(Property, &'static str)],
    /// FROM and WHERE.
    pub from: &'static str,
    pub order_by: &'static str,
}

/// Columns before those of the properties.
const FIXED: usize = 4;

impl Reading {
    /// The query, with one more condition; its rows begin with `tag`, by which [`objects`] knows them.
    pub(super) fn sql(&self, tag: usize, condition: &str) -> String {
        let mut sql = format!("SELECT {tag}, {}, {}, {}", self.kind, self.table, self.name);
        for (_, expression) in self.properties {
            sql.push_str(", ");
            sql.push_str(expression);
        }
        for part in [" ", self.from, condition, self.order_by] {
            sql.push_str(part);
        }
        sql
    }
}

/// The objects in the rows of queries, each tagged with its place in `readings`. Rows of anything
/// else are passed over.
pub(super) fn objects(readings: &[Reading], rows: Vec<Row>) -> Vec<Object> {
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
    let (table, name) = (fixed.next()?, fixed.next()??);
    Some(ObjectName::new(kind, None, table.as_deref(), name))
}

/// The elements of a list come in several rows of the same name.
fn join(object: &mut Object, next: &Object) {
    for (property, value) in next.properties() {
        let value = match object.get(*property) {
            Some(known) => format!("{known}, {value}"),
            None => value.clone(),
        };
        object.set(*property, value);
    }
}
