//! What has to be known of a tool to read its history.

use migcheck_core::{Dialect, Script};

use crate::Row;

/// One tool's history table.
pub(super) trait Tool: Sync {
    /// The table's name, unless somebody gave it another.
    fn table(&self) -> &'static str;

    /// Whether a table with these columns, sorted, is one of this tool.
    fn has_columns(&self, columns: &[String]) -> bool;

    /// The query that reads the table of that name; every column of it is text.
    fn query(&self, table: &str, dialect: Dialect) -> String;

    /// What the rows say, in the order in which it is to be told.
    fn claims(&self, rows: Vec<Row>) -> Vec<Claim> {
        rows.into_iter()
            .flatten()
            .flatten()
            .map(Claim::of)
            .collect()
    }

    /// How an id in the table becomes a revision's.
    fn ids(&self) -> Ids;

    /// Whether a row stands for everything that its revision builds on.
    fn covers_ancestors(&self) -> bool {
        false
    }

    /// Whether the script is the one that was applied; none where the tool keeps no checksum.
    fn verifies(&self, _claim: &Claim, _script: &Script) -> Option<bool> {
        None
    }
}

/// How ids are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ids {
    /// As they are.
    Text,
    /// As numbers: the table has 1 for a file that starts with 0001.
    Number,
}

/// One revision that a table says is applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Claim {
    /// Its id there.
    pub(super) version: String,
    /// What else the table calls it.
    pub(super) name: Option<String>,
    /// What is recorded of the script.
    pub(super) checksum: Option<String>,
    /// Why it is not applied as a whole, if so.
    pub(super) dirty: Option<&'static str>,
}

impl Claim {
    pub(super) fn of(version: impl Into<String>) -> Self {
        Self {
            version: version.into(),
            ..Self::default()
        }
    }
}

/// Whether a value of a boolean column is true, on any server.
pub(super) fn is_true(value: Option<&str>) -> bool {
    matches!(value, Some("1" | "t" | "true" | "TRUE"))
}

/// A column's value as text.
pub(super) fn text_of(column: &str, dialect: Dialect) -> String {
    match dialect {
        // What SQLite hands over has the type of the value, and not of the column.
        Dialect::Sqlite => format!("CAST({column} AS TEXT)"),
        Dialect::Postgres | Dialect::MySql => column.to_owned(),
    }
}
