//! Catalog queries that put each property beside the expression it is read with, and say of which row
//! of which catalog the objects are a part, so that they can be read again alone.

use crate::session::Row;
use crate::snapshot::object::{Object, ObjectKind, ObjectName, Property};

/// A row of a catalog by name and OID: what changes and is read again as one. A relation with its
/// columns, constraints, indexes, triggers, rules, policies and statistics is one.
pub(super) type Unit = (&'static str, u32);

/// One query, for objects of one or of several kinds. All fields from `key` on are SQL.
pub(super) struct Reading {
    /// The catalog of the units.
    pub of: &'static str,
    /// The OID of the unit.
    pub key: &'static str,
    /// Says cheaply whether the query is worth running, or can run at all: preparing one costs even
    /// if it finds nothing.
    pub only_if: &'static str,
    /// Which relations have such objects, by letters: `relkind`, `t` for triggers, `R` for rules, `P`
    /// for policies, `s` for statistics. Of what is part of no relation, none.
    pub for_relations: &'static str,
    /// The kind, as [`ObjectKind::words`] has it.
    pub kind: &'static str,
    pub schema: &'static str,
    pub table: &'static str,
    pub name: &'static str,
    /// NULL where the object does not have the property.
    pub properties: &'static [(Property, &'static str)],
    /// FROM and WHERE.
    pub from: &'static str,
    /// ORDER BY. Columns must come in the order they have.
    pub order: &'static str,
}

/// Columns before those of the properties.
const FIXED: usize = 6;

impl Reading {
    /// Whether it reads anything of a unit with these letters.
    pub(super) fn reads(&self, unit: &Unit, letters: &str) -> bool {
        let relation =
            self.for_relations.is_empty() || letters.contains(|c| self.for_relations.contains(c));
        unit.0 == self.of && relation
    }

    /// The query for all units, or those whose OIDs are in the first parameter; its rows begin with
    /// `tag`, by which [`objects`] knows them.
    pub(super) fn sql(&self, tag: usize, condition: Option<&str>) -> String {
        let mut sql = format!(
            "SELECT {tag}, {}, {}, {}, {}, {}",
            self.key, self.kind, self.schema, self.table, self.name
        );
        for (_, expression) in self.properties {
            sql.push_str(", ");
            sql.push_str(expression);
        }
        sql.push(' ');
        sql.push_str(self.from);
        if let Some(condition) = condition {
            sql.push_str(&format!(" AND {} {condition}", self.key));
        }
        sql.push_str(self.order);
        sql
    }
}

/// The objects in the rows of `readings`, which are tagged with their places in that list, each with
/// its unit. Rows of anything else are passed over.
pub(super) fn objects(readings: &[&Reading], rows: Vec<Row>) -> Vec<(Unit, Object)> {
    let mut objects: Vec<(Unit, Object)> = Vec::with_capacity(rows.len());
    for mut row in rows {
        let tag = row.first().and_then(Option::as_deref);
        let reading = tag.and_then(|tag| readings.get(tag.parse::<usize>().ok()?));
        let Some(reading) = reading else { continue };
        if row.len() != FIXED + reading.properties.len() {
            continue;
        }
        let values = row.split_off(FIXED);
        let Some((oid, name)) = name(row) else {
            continue;
        };
        let unit = (reading.of, oid);
        let mut object = Object::new(name);
        if object.name.kind == ObjectKind::Column {
            object.position = match objects.last() {
                Some((last, before)) if *last == unit && before.name.kind == ObjectKind::Column => {
                    before.position + 1
                }
                _ => 0,
            };
        }
        for ((property, _), value) in reading.properties.iter().zip(values) {
            if let Some(value) = value {
                object.set(*property, value);
            }
        }
        objects.push((unit, object));
    }
    objects
}

fn name(row: Row) -> Option<(u32, ObjectName)> {
    let mut fixed = row.into_iter().skip(1);
    let oid = fixed.next()??.parse().ok()?;
    let kind = ObjectKind::from_words(fixed.next()??.as_str())?;
    let (schema, table, name) = (fixed.next()?, fixed.next()?, fixed.next()??);
    let name = ObjectName::new(kind, schema.as_deref(), table.as_deref(), name);
    Some((oid, name))
}
