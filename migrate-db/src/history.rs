//! The history table: what a database records of the revisions applied to it.

use std::time::Duration;

use migcheck_core::{Direction, Revision, Script};

use crate::ServerError;
use crate::engine::Engine;
use crate::session::Session;

/// One row of the history table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AppliedRevision {
    /// The revision's id.
    pub revision: String,
    /// `applied`, or a state that an interrupted run left.
    pub state: String,
    /// The checksum of the up script that was run.
    pub checksum: String,
    /// The chain checksum it had then.
    pub chain: String,
}

/// The version of migcheck, as recorded.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The rows of the history table; none where there is no table.
pub(crate) async fn read(
    session: &mut dyn Session,
    engine: &dyn Engine,
    table: &str,
) -> Result<Option<Vec<AppliedRevision>>, ServerError> {
    let exists = session.rows(&engine.history_exists(table), &[]).await?;
    let count = exists
        .first()
        .and_then(|row| row.first().cloned().flatten());
    if count.as_deref().unwrap_or("0") == "0" {
        return Ok(None);
    }
    let sql = format!(
        "SELECT revision, state, checksum, chain FROM {} ORDER BY revision",
        engine.quoted(table)
    );
    let rows = session.rows(&sql, &[]).await?;
    let applied = rows.into_iter().map(|row| {
        let mut values = row.into_iter().map(Option::unwrap_or_default);
        let mut next = || values.next().unwrap_or_default();
        AppliedRevision {
            revision: next(),
            state: next(),
            checksum: next().trim_end().to_owned(),
            chain: next().trim_end().to_owned(),
        }
    });
    Ok(Some(applied.collect()))
}

/// Whether the history table, which has to be there, has a row for a revision.
pub(crate) async fn is_recorded(
    session: &mut dyn Session,
    engine: &dyn Engine,
    table: &str,
    revision: &str,
) -> Result<bool, ServerError> {
    let table = engine.quoted(table);
    let place = engine.placeholder(1);
    let sql = format!("SELECT revision FROM {table} WHERE revision = {place}");
    let rows = session.rows(&sql, &[Some(revision)]).await?;
    Ok(!rows.is_empty())
}

/// What a step writes into the history table.
pub(crate) struct Record<'a> {
    pub(crate) table: &'a str,
    pub(crate) revision: &'a Revision,
    pub(crate) direction: Direction,
    /// The up script that is run, or whose row is removed.
    pub(crate) up: &'a Script,
    /// Kept, so that an older program can take down what a newer one brought up (sqlx #2943).
    pub(crate) down: Option<&'a Script>,
    /// How long to wait for a database that another session writes to.
    pub(crate) patience: Duration,
}

impl Record<'_> {
    /// The statement and its parameters, for a script of so many statements that took so long.
    pub(crate) fn statement(
        &self,
        engine: &dyn Engine,
        statements: usize,
        took: Duration,
    ) -> (String, Vec<Option<String>>) {
        let table = engine.quoted(self.table);
        let id = Some(self.revision.id.to_string());
        if self.direction == Direction::Down {
            let sql = format!(
                "DELETE FROM {table} WHERE revision = {}",
                engine.placeholder(1)
            );
            return (sql, vec![id]);
        }
        let places: Vec<String> = (1..=5).map(|place| engine.placeholder(place)).collect();
        let sql = format!(
            "INSERT INTO {table} (revision, checksum, chain, down_script, version, state, \
             statements_done, statements_total, milliseconds, applied_by) \
             VALUES ({}, 'applied', {statements}, {statements}, {}, {})",
            places.join(", "),
            took.as_millis(),
            engine.current_user(),
        );
        let params = vec![
            id,
            Some(self.up.checksum.to_string()),
            Some(self.revision.chain.to_string()),
            self.down.map(|down| down.source.text.clone().into_owned()),
            Some(VERSION.to_owned()),
        ];
        (sql, params)
    }
}
