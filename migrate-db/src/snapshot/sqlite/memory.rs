//! A schema that is known, and how it follows the database from script to script.
//!
//! SQLite names what it changes in every statement but RENAME, which edits whatever speaks of the
//! renamed thing. Rows of `sqlite_schema` are found by their rowid, in which no scan is needed: those
//! of the names in a script, and those above all others, which were added.

use std::collections::{BTreeMap, BTreeSet};

use migcheck_core::Dialect;
use migcheck_core::split::Statement;

use super::token::{Token, tokens};
use super::{Entry, ROWS, add, schema};
use crate::snapshot::Snapshot;
use crate::snapshot::groups::{Group, Groups};
use crate::snapshot::object::{Object, ObjectKind, ObjectName};
use crate::{ServerError, Session};

/// The schema of one database, and what may have changed since it was read.
#[derive(Debug)]
pub(in crate::snapshot) struct Memory {
    history_table: String,
    /// By rowid.
    entries: BTreeMap<i64, Entry>,
    groups: Groups,
    /// Counts the changes of the schema, whoever makes them.
    version: Option<String>,
    /// Every name in DDL, in small letters.
    touched: BTreeSet<String>,
}

/// Statements that change no schema, by their first word.
#[rustfmt::skip]
const HARMLESS: &[&str] = &[
    "ANALYZE", "BEGIN", "COMMIT", "DELETE", "END", "EXPLAIN", "INSERT", "REINDEX", "RELEASE",
    "REPLACE", "ROLLBACK", "SAVEPOINT", "SELECT", "UPDATE", "VALUES", "WITH",
];

/// With these, a schema is changed by hand.
const BY_HAND: &[&str] = &[
    "sqlite_master",
    "sqlite_schema",
    "schema_version",
    "writable_schema",
];

impl Memory {
    /// Reads everything. Nothing, if there are virtual tables, of which SQLite does not say cheaply
    /// what tables they keep their content in.
    pub(in crate::snapshot) async fn read(
        session: &mut dyn Session,
        history_table: &str,
    ) -> Result<(Snapshot, Option<Self>), ServerError> {
        let version = version(session).await?;
        let entries = entries(session, &schema(), history_table).await?;
        let mut objects = Vec::new();
        for entry in entries.values() {
            add(&mut objects, entry);
        }
        let memory = Self {
            history_table: history_table.to_owned(),
            entries,
            groups: Groups::new(objects),
            version,
            touched: BTreeSet::new(),
        };
        let snapshot = memory.snapshot();
        Ok((snapshot, (!memory.has_virtual_table()).then_some(memory)))
    }

    /// Takes note of what was run; false if that may have changed anything.
    pub(in crate::snapshot) fn watch(&mut self, statements: &[Statement<'_>]) -> bool {
        statements.iter().all(|statement| self.add(statement.text))
    }

    fn add(&mut self, sql: &str) -> bool {
        let tokens = tokens(sql);
        let Some(first) = tokens.first() else {
            return true;
        };
        let is = |words: &[&str]| words.iter().any(|word| first.is(word));
        let names = |words: &[&str]| {
            let mut names = tokens.iter().filter_map(Token::name);
            names.any(|name| words.iter().any(|word| name.eq_ignore_ascii_case(word)))
        };
        if is(HARMLESS) || is(&["PRAGMA"]) {
            return is(&["SELECT"]) || !names(BY_HAND);
        }
        if !is(&["CREATE", "ALTER", "DROP"]) || names(&["RENAME"]) {
            return false;
        }
        let names = tokens.iter().filter_map(Token::name);
        self.touched.extend(names.map(str::to_ascii_lowercase));
        true
    }

    /// Reads again what was touched. Nothing, if more changed than scripts say.
    pub(in crate::snapshot) async fn refresh(
        &mut self,
        session: &mut dyn Session,
    ) -> Result<Option<Snapshot>, ServerError> {
        let touched = std::mem::take(&mut self.touched);
        let version = version(session).await?;
        if version != self.version {
            if touched.is_empty() {
                return Ok(None);
            }
            self.read_again(session, &touched).await?;
            self.version = version;
        }
        Ok((!self.has_virtual_table()).then(|| self.snapshot()))
    }

    async fn read_again(
        &mut self,
        session: &mut dyn Session,
        touched: &BTreeSet<String>,
    ) -> Result<(), ServerError> {
        let gone: Vec<i64> = self
            .entries
            .iter()
            .filter(|(_, entry)| entry.called.iter().any(|name| touched.contains(name)))
            .map(|(row, _)| *row)
            .collect();
        let mut tables: BTreeSet<String> = BTreeSet::new();
        for row in &gone {
            tables.extend(self.entries.remove(row).map(|entry| entry.table));
        }
        // What is added gets a number above those that are left.
        let newest = self.entries.last_key_value().map_or(0, |(row, _)| *row);
        let rows: Vec<String> = gone.iter().map(i64::to_string).collect();
        let sql = format!(
            "{ROWS} AND (s.rowid > {newest} OR s.rowid IN ({}))",
            rows.join(", ")
        );
        let come = entries(session, &sql, &self.history_table).await?;
        tables.extend(come.values().map(|entry| entry.table.clone()));
        self.entries.extend(come);
        let mut now = Vec::new();
        for entry in self.entries.values() {
            if tables.contains(&entry.table) {
                add(&mut now, entry);
            }
        }
        let mut old: Vec<Group> = Vec::new();
        for table in &tables {
            let table = Object::new(ObjectName::new(ObjectKind::Table, None, None, table));
            old.extend(self.groups.with(&table).cloned());
        }
        self.groups.update(&old, now);
        Ok(())
    }

    fn has_virtual_table(&self) -> bool {
        let mut entries = self.entries.values();
        entries.any(|entry| entry.kind == "table" && is_virtual(&entry.sql))
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            dialect: Some(Dialect::Sqlite),
            groups: self.groups.clone(),
        }
    }
}

/// SQLite keeps the first two words of the statement as it writes them itself.
fn is_virtual(sql: &str) -> bool {
    let mut words = sql.split_ascii_whitespace().map(str::to_ascii_uppercase);
    words.nth(1).is_some_and(|word| word == "VIRTUAL")
}

async fn version(session: &mut dyn Session) -> Result<Option<String>, ServerError> {
    let rows = session.rows("PRAGMA main.schema_version", &[]).await?;
    Ok(rows.into_iter().flatten().next().flatten())
}

/// The rows of a query like [`ROWS`], but for those of the history table.
async fn entries(
    session: &mut dyn Session,
    sql: &str,
    history_table: &str,
) -> Result<BTreeMap<i64, Entry>, ServerError> {
    let rows = session.rows(sql, &[]).await?;
    let entries = rows.into_iter().filter_map(Entry::new);
    Ok(entries
        .filter(|(_, entry)| entry.table != history_table)
        .collect())
}
