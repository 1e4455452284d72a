//! What has to be known of a table to make rows for it, read from the catalog of its server.
//!
//! Only the tables in question are read, so that the cost does not grow with the schema.

mod mysql;
mod postgres;
mod sqlite;

use std::collections::BTreeSet;
use std::fmt;

use migcheck_core::Dialect;
use migcheck_db::{ServerError, Session};

use super::family::Family;
use super::reach::Scope;

/// A table, in whichever schema it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TableName {
    /// None where the server has no schemas.
    pub(super) schema: Option<String>,
    pub(super) name: String,
}

impl TableName {
    pub(super) fn new(schema: Option<&str>, name: &str) -> Self {
        Self {
            schema: schema.map(str::to_owned),
            name: name.to_owned(),
        }
    }

    /// As a statement names it.
    pub(super) fn quoted(&self, dialect: Dialect) -> String {
        let name = quoted(&self.name, dialect);
        match &self.schema {
            Some(schema) => format!("{}.{name}", quoted(schema, dialect)),
            None => name,
        }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        f.write_str(&self.name)
    }
}

/// A name as a statement writes it.
pub(super) fn quoted(name: &str, dialect: Dialect) -> String {
    let mark = match dialect {
        Dialect::MySql => "`",
        Dialect::Postgres | Dialect::Sqlite => "\"",
    };
    format!("{mark}{}{mark}", name.replace(mark, &mark.repeat(2)))
}

/// A text as a statement writes it. Backslashes are an escape for MySQL alone.
pub(super) fn quoted_text(text: &str, dialect: Dialect) -> String {
    let text = text.replace('\'', "''");
    match dialect {
        Dialect::MySql => format!("'{}'", text.replace('\\', "\\\\")),
        Dialect::Postgres | Dialect::Sqlite => format!("'{text}'"),
    }
}

/// A table that rows are made for.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) name: TableName,
    /// In their order.
    pub(super) columns: Vec<Column>,
    /// The primary key, if there is one, is the first.
    pub(super) uniques: Vec<Unique>,
    pub(super) foreign_keys: Vec<ForeignKey>,
    /// Conditions over its columns, as the server writes them.
    pub(super) checks: Vec<String>,
    /// What makes it impossible to derive rows from the catalog.
    pub(super) obstacle: Option<String>,
}

impl Table {
    fn new(name: TableName) -> Self {
        Self {
            name,
            columns: Vec::new(),
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            obstacle: None,
        }
    }

    /// Adds a part of a unique key, of the last one if it goes on.
    fn add_unique(&mut self, goes_on: bool, parts: Vec<usize>, is_primary: bool) {
        match self.uniques.last_mut().filter(|_| goes_on) {
            Some(unique) => unique.columns.extend(parts),
            None => self.uniques.push(Unique {
                columns: parts,
                is_primary,
                nulls_are_equal: false,
            }),
        }
    }

    /// Adds a column of a foreign key, of the last one if it goes on.
    fn add_reference(&mut self, goes_on: bool, key: ForeignKey) {
        match self.foreign_keys.last_mut().filter(|_| goes_on) {
            Some(known) => {
                known.columns.extend(key.columns);
                known.referenced.extend(key.referenced);
            }
            None => self.foreign_keys.push(key),
        }
    }

    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The columns by which a row is known; none without a primary key.
    pub(super) fn key(&self) -> &[usize] {
        match self.uniques.first() {
            Some(first) if first.is_primary => &first.columns,
            _ => &[],
        }
    }

    /// Whether nothing fills the column but statements: no default, no key that may be counted up, and
    /// no reference to one.
    pub(super) fn is_certain(&self, at: usize) -> bool {
        let column = &self.columns[at];
        let is_filled =
            column.has_default || column.is_generated || column.is_forced || column.is_stamp;
        let refers = |key: &ForeignKey| key.columns.contains(&at);
        !is_filled
            && !column.family.is_moment()
            && !self.key().contains(&at)
            && !self.foreign_keys.iter().any(refers)
    }

    /// The columns that `text` speaks of.
    pub(super) fn columns_in(&self, text: &str) -> Vec<usize> {
        // What is in a text is no name.
        let outside: String = text.split('\'').step_by(2).collect::<Vec<_>>().join(" ");
        let words = super::reach::words(&outside);
        (0..self.columns.len())
            .filter(|at| words.contains(&self.columns[*at].name.to_lowercase()))
            .collect()
    }
}

#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: String,
    /// As a cast names it: of a domain, what is below it.
    pub(super) type_name: String,
    pub(super) family: Family,
    pub(super) is_nullable: bool,
    pub(super) has_default: bool,
    /// The server computes it, and takes no value.
    pub(super) is_generated: bool,
    /// `GENERATED ALWAYS AS IDENTITY`: a value has to be forced on it.
    pub(super) is_forced: bool,
    /// The server itself writes the time of a change into it.
    pub(super) is_stamp: bool,
    /// Conditions of its domain, over `VALUE`.
    pub(super) conditions: Vec<String>,
    /// The values that some partition takes, where the table has partitions by list or range.
    pub(super) only: Vec<String>,
}

impl Column {
    fn new(name: String, type_name: String, family: Family) -> Self {
        Self {
            name,
            type_name,
            family,
            is_nullable: true,
            has_default: false,
            is_generated: false,
            is_forced: false,
            is_stamp: false,
            conditions: Vec::new(),
            only: Vec::new(),
        }
    }
}

/// A primary key, a unique constraint or a unique index; a partial one is taken for a full one, and
/// an expression for the columns in it.
#[derive(Debug, Clone)]
pub(super) struct Unique {
    pub(super) columns: Vec<usize>,
    pub(super) is_primary: bool,
    pub(super) nulls_are_equal: bool,
}

#[derive(Debug, Clone)]
pub(super) struct ForeignKey {
    pub(super) columns: Vec<usize>,
    pub(super) table: TableName,
    pub(super) referenced: Vec<String>,
    pub(super) is_deferrable: bool,
}

/// Reads the tables of `scope`, parents before children as far as that goes. `left_out` is no table
/// of the user's.
pub(super) async fn read(
    session: &mut dyn Session,
    scope: &Scope,
    left_out: &str,
) -> Result<Vec<Table>, ServerError> {
    if scope.is_empty() {
        return Ok(Vec::new());
    }
    let mut tables = match session.dialect() {
        Dialect::Postgres => postgres::read(session, scope).await?,
        Dialect::MySql => mysql::read(session, scope).await?,
        Dialect::Sqlite => sqlite::read(session, scope).await?,
    };
    tables.retain(|table| table.name.name != left_out);
    for table in &mut tables {
        table.uniques.sort_by_key(|unique| !unique.is_primary);
    }
    Ok(in_order(tables))
}

/// Parents before children. Where they go in a circle, the one with the fewest open references
/// that cannot be NULL comes first.
fn in_order(mut tables: Vec<Table>) -> Vec<Table> {
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    let mut left: BTreeSet<TableName> = tables.iter().map(|table| table.name.clone()).collect();
    let mut ordered = Vec::with_capacity(tables.len());
    while !tables.is_empty() {
        let open = |table: &Table| {
            let to_others = table
                .foreign_keys
                .iter()
                .filter(|key| key.table != table.name && left.contains(&key.table));
            let (needed, all) = to_others.fold((0, 0), |(needed, all), key| {
                let can_wait = key.columns.iter().any(|at| table.columns[*at].is_nullable);
                (needed + usize::from(!can_wait), all + 1)
            });
            (needed, all)
        };
        // The ready ones in one sweep, so that a history of thousands is no quadratic matter.
        let (ready, waiting): (Vec<_>, Vec<_>) =
            tables.into_iter().partition(|table| open(table) == (0, 0));
        tables = waiting;
        let mut next = ready;
        if next.is_empty() {
            let first = (0..tables.len()).min_by_key(|at| open(&tables[*at]));
            next.extend(first.map(|at| tables.remove(at)));
        }
        for table in &next {
            left.remove(&table.name);
        }
        ordered.extend(next);
    }
    ordered
}

/// What an index is over, without the condition of a partial one.
fn index_parts(definition: &str) -> &str {
    let parts = definition.split_once('(').map_or("", |(_, parts)| parts);
    let end = parts.to_ascii_uppercase().rfind(" WHERE ");
    end.and_then(|end| parts.get(..end)).unwrap_or(parts)
}

/// A field of a row; NULL is no text.
fn field(row: &mut [Option<String>], at: usize) -> String {
    row.get_mut(at).and_then(Option::take).unwrap_or_default()
}

/// Whether a field says yes, in the words of any server.
fn is_yes(text: &str) -> bool {
    matches!(text, "t" | "true" | "1" | "YES")
}
