//! PostgreSQL's catalog.

use std::collections::HashMap;

use migcheck_db::{Row, ServerError, Session};

use super::{Column, ForeignKey, Table, TableName, Unique, field, is_yes};
use crate::rows::family::{Family, postgres as base_family};
use crate::rows::reach::Scope;

/// Between the elements of a list; nobody has it in a name.
const BETWEEN: char = '\u{1f}';

/// Rows begin with what they are. `{scope}` is a condition on `m.relname`.
const QUERIES: &str = "
SELECT 'table', c.oid, n.nspname, c.relname,
  EXISTS (SELECT FROM pg_constraint x WHERE x.conrelid = c.oid AND x.contype = 'x'),
  (SELECT string_agg(pg_get_expr(p.relpartbound, p.oid), E'\\x1f' ORDER BY p.relname)
     FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid WHERE i.inhparent = c.oid AND c.relkind = 'p'),
  (SELECT string_agg(k::text, ',') FROM pg_partitioned_table p, unnest(p.partattrs) k WHERE p.partrelid = c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid IN ({tables});
SELECT 'column', a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.atthasdef,
  a.attidentity, a.attgenerated
FROM pg_attribute a WHERE a.attrelid IN ({tables}) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum;
SELECT 'unique', i.indrelid, i.indisprimary, array_to_string(i.indkey, ','), pg_get_indexdef(i.indexrelid)
FROM pg_index i WHERE i.indrelid IN ({tables}) AND i.indisunique;
SELECT 'foreign key', k.conrelid, array_to_string(k.conkey, ','), n.nspname, c.relname,
  (SELECT string_agg(a.attname, E'\\x1f' ORDER BY o.place) FROM unnest(k.confkey) WITH ORDINALITY o(attnum, place)
     JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = o.attnum), k.condeferrable
FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.conrelid IN ({tables}) AND k.contype = 'f' ORDER BY k.conname;
SELECT 'check', k.conrelid, pg_get_expr(k.conbin, k.conrelid)
FROM pg_constraint k WHERE k.conrelid IN ({tables}) AND k.contype = 'c' ORDER BY k.conname;
WITH RECURSIVE used(oid) AS (
  SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid IN ({tables}) AND a.attnum > 0 AND NOT a.attisdropped
  UNION
  SELECT part.oid FROM used u JOIN pg_type t ON t.oid = u.oid CROSS JOIN LATERAL (
    SELECT CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END UNION ALL SELECT t.typbasetype
    UNION ALL SELECT r.rngsubtype FROM pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid)
    UNION ALL SELECT a.atttypid FROM pg_attribute a
      WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
  ) part(oid) WHERE part.oid <> 0)
SELECT 'type', t.oid, t.typname, t.typtype, t.typcategory, t.typelem, t.typbasetype, t.typtypmod, t.typnotnull,
  (SELECT string_agg(e.enumlabel, E'\\x1f' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
  (SELECT string_agg(pg_get_expr(k.conbin, 0), E'\\x1f') FROM pg_constraint k
     WHERE k.contypid = t.oid AND k.contype = 'c'),
  (SELECT r.rngsubtype FROM pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid)),
  (SELECT string_agg(a.atttypid || ':' || a.atttypmod, ',' ORDER BY a.attnum) FROM pg_attribute a
     WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
  format_type(t.oid, -1)
FROM pg_type t WHERE t.oid IN (SELECT oid FROM used)";

/// A partition stands for the table that it is a part of. What an extension brought is not the
/// user's.
const TABLES: &str = "SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')";

pub(super) async fn read(
    session: &mut dyn Session,
    scope: &Scope,
) -> Result<Vec<Table>, ServerError> {
    let tables = match scope.list() {
        None => TABLES.to_owned(),
        Some(names) => format!(
            "{TABLES} AND c.oid IN (SELECT coalesce(pg_partition_root(m.oid), m.oid) FROM pg_class m
             WHERE m.relname IN ({names}))"
        ),
    };
    // Evaluated once: the list stands in six queries.
    let oids = session.rows(&tables, &[]).await?;
    let oids: Vec<String> = oids.into_iter().flatten().flatten().collect();
    if oids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = QUERIES.replace("{tables}", &oids.join(","));
    let rows = session.rows(&sql, &[]).await?;
    let mut found = Found::default();
    let (types, rows): (Vec<Row>, Vec<Row>) = rows
        .into_iter()
        .partition(|row| row.first().is_some_and(|it| it.as_deref() == Some("type")));
    for row in types {
        found.add_type(row);
    }
    for row in rows {
        found.add(row);
    }
    Ok(found.tables)
}

#[derive(Default)]
struct Found {
    types: HashMap<String, Type>,
    tables: Vec<Table>,
    /// The place of each table, by its OID, and of its columns, by their numbers.
    places: HashMap<String, (usize, HashMap<String, usize>)>,
    /// Of a table with partitions: their bounds and the column they are by.
    bounds: HashMap<String, (String, String)>,
}

struct Type {
    name: String,
    kind: String,
    is_array: bool,
    element: String,
    base: String,
    modifier: i32,
    is_not_null: bool,
    labels: Vec<String>,
    conditions: Vec<String>,
    subtype: String,
    fields: Vec<(String, i32)>,
    written: String,
}

fn list(text: &str) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    text.split(BETWEEN).map(str::to_owned).collect()
}

impl Found {
    fn add_type(&mut self, mut row: Row) {
        let row = &mut row;
        let fields = field(row, 12);
        let fields = fields.split(',').filter_map(|part| {
            let (oid, modifier) = part.split_once(':')?;
            Some((oid.to_owned(), modifier.parse().ok()?))
        });
        let found = Type {
            name: field(row, 2),
            kind: field(row, 3),
            is_array: field(row, 4) == "A",
            element: field(row, 5),
            base: field(row, 6),
            modifier: field(row, 7).parse().unwrap_or(-1),
            is_not_null: is_yes(&field(row, 8)),
            labels: list(&field(row, 9)),
            conditions: list(&field(row, 10)),
            subtype: field(row, 11),
            fields: fields.collect(),
            written: field(row, 13),
        };
        self.types.insert(field(row, 1), found);
    }

    fn add(&mut self, mut row: Row) {
        let row = &mut row;
        let (kind, table) = (field(row, 0), field(row, 1));
        if kind == "table" {
            let mut made = Table::new(TableName::new(Some(&field(row, 2)), &field(row, 3)));
            if is_yes(&field(row, 4)) {
                let why = "it has an exclusion constraint, which no rows are derived for";
                made.obstacle = Some(why.to_owned());
            }
            let (bounds, by) = (field(row, 5), field(row, 6));
            if !by.is_empty() {
                if bounds.is_empty() {
                    made.obstacle = Some("it has no partition yet".to_owned());
                }
                self.bounds.insert(table.clone(), (bounds, by));
            }
            self.places
                .insert(table, (self.tables.len(), HashMap::new()));
            self.tables.push(made);
            return;
        }
        let Some((place, columns)) = self.places.get_mut(&table) else {
            return;
        };
        let Some(into) = self.tables.get_mut(*place) else {
            return;
        };
        match &*kind {
            "column" => {
                let number = field(row, 2);
                let name = field(row, 3);
                let (oid, modifier) = (field(row, 4), field(row, 5).parse().unwrap_or(-1));
                let mut conditions = Vec::new();
                let mut is_nullable = !is_yes(&field(row, 6));
                let (family, type_name) = resolve(
                    &self.types,
                    &oid,
                    modifier,
                    &mut conditions,
                    &mut is_nullable,
                    0,
                );
                let mut column = Column::new(name, type_name, family);
                column.is_nullable = is_nullable;
                column.conditions = conditions;
                let identity = field(row, 8);
                column.has_default = is_yes(&field(row, 7)) || !identity.is_empty();
                column.is_forced = identity == "a";
                column.is_generated = !field(row, 9).is_empty();
                if let Some((bounds, by)) = self.bounds.get(&table)
                    && *by == number
                {
                    column.only = partition_values(bounds);
                }
                columns.insert(number, into.columns.len());
                into.columns.push(column);
            }
            "unique" => {
                let is_primary = is_yes(&field(row, 2));
                let numbers = field(row, 3);
                let definition = field(row, 4);
                let is_plain = numbers.split(',').all(|number| number != "0");
                let places = if is_plain {
                    numbers
                        .split(',')
                        .filter_map(|number| columns.get(number).copied())
                        .collect()
                } else {
                    into.columns_in(super::index_parts(&definition))
                };
                into.uniques.push(Unique {
                    columns: places,
                    is_primary,
                    nulls_are_equal: definition.contains(" NULLS NOT DISTINCT"),
                });
            }
            "foreign key" => {
                let numbers = field(row, 2);
                into.foreign_keys.push(ForeignKey {
                    columns: numbers
                        .split(',')
                        .filter_map(|number| columns.get(number).copied())
                        .collect(),
                    table: TableName::new(Some(&field(row, 3)), &field(row, 4)),
                    referenced: list(&field(row, 5)),
                    is_deferrable: is_yes(&field(row, 6)),
                });
            }
            _ => into.checks.push(field(row, 2)),
        }
    }
}

/// The types a type may be nested in; nobody comes near, and a circle would not end.
const DEPTH: usize = 8;

/// What a type comes to below domains, with the name to cast to.
fn resolve(
    types: &HashMap<String, Type>,
    oid: &str,
    modifier: i32,
    conditions: &mut Vec<String>,
    is_nullable: &mut bool,
    depth: usize,
) -> (Family, String) {
    let Some(found) = types.get(oid).filter(|_| depth < DEPTH) else {
        return (Family::Unknown, "text".to_owned());
    };
    let below = |oid: &str, modifier| {
        let mut inner = Vec::new();
        resolve(types, oid, modifier, &mut inner, &mut true, depth + 1).0
    };
    let family = match &*found.kind {
        "d" => {
            conditions.extend(found.conditions.iter().cloned());
            *is_nullable &= !found.is_not_null;
            let modifier = found.modifier;
            return resolve(
                types,
                &found.base,
                modifier,
                conditions,
                is_nullable,
                depth + 1,
            );
        }
        "e" => Family::Enum(found.labels.clone()),
        "c" => Family::Composite(
            found
                .fields
                .iter()
                .map(|(oid, of)| below(oid, *of))
                .collect(),
        ),
        "r" => Family::Range(Box::new(below(&found.subtype, -1))),
        "m" => Family::Multirange(Box::new(below(&found.subtype, -1))),
        _ if found.is_array => Family::Array(Box::new(below(&found.element, modifier))),
        _ => base_family(&found.name, modifier),
    };
    (family, found.written.clone())
}

/// What the key may be: the values of lists, and where ranges begin. Nothing where a partition takes
/// anything, as one by hash or a default does.
fn partition_values(bounds: &str) -> Vec<String> {
    let mut values = Vec::new();
    for bound in bounds.split(BETWEEN) {
        let inside = if let Some(rest) = bound.strip_prefix("FOR VALUES IN (") {
            rest.rsplit_once(')').map(|(inside, _)| inside)
        } else if let Some(rest) = bound.strip_prefix("FOR VALUES FROM (") {
            let parts = rest.split_once(") TO (");
            parts.map(|(from, to)| {
                // A range that has no beginning ends somewhere; what is there belongs to the next.
                if from == "MINVALUE" {
                    to.trim_end_matches(')')
                } else {
                    from
                }
            })
        } else {
            return Vec::new();
        };
        let parts = inside.unwrap_or_default().split(", ");
        values.extend(
            parts
                .filter(|part| !matches!(*part, "NULL" | "MAXVALUE" | "MINVALUE"))
                .map(|part| part.trim_matches('\'').replace("''", "'")),
        );
    }
    values
}
