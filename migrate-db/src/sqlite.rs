//! Embedded SQLite over sqlx.

use migcheck_core::Dialect;
use sqlx::SqliteConnection;

use crate::ServerError;
use crate::advice::{self, Refusal};
use crate::engine::{Attempt, Engine, SessionLock};
use crate::history::HistoryTable;
use crate::session::{BoxFuture, Session};
use crate::sqlx_session::sqlx_session;

sqlx_session!(SqliteSession, SqliteConnection, Dialect::Sqlite);

/// How migrations run on SQLite.
pub(crate) struct SqliteEngine;

impl Engine for SqliteEngine {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn ddl_is_transactional(&self) -> bool {
        true
    }

    fn locks_sessions(&self) -> bool {
        false
    }

    fn reset(&self) -> &'static str {
        "PRAGMA foreign_keys = ON; PRAGMA ignore_check_constraints = OFF; \
         PRAGMA legacy_alter_table = OFF; PRAGMA recursive_triggers = OFF"
    }

    fn begin(&self) -> &'static str {
        // IMMEDIATE takes the write lock at once: two runs cannot both read "not applied yet".
        "BEGIN IMMEDIATE"
    }

    fn create_history(&self, table: &str) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {table} (
                revision text PRIMARY KEY NOT NULL,
                state text NOT NULL,
                checksum text NOT NULL,
                chain text NOT NULL,
                statements_done integer NOT NULL,
                statements_total integer NOT NULL,
                fingerprint text,
                down_script text,
                applied_at text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
                milliseconds integer NOT NULL,
                applied_by text NOT NULL DEFAULT '',
                version text NOT NULL,
                done_checksum text,
                parents text) WITHOUT ROWID"
        )
    }

    fn added_type(&self) -> &'static str {
        "text"
    }

    fn history_columns(&self, table: &HistoryTable) -> String {
        format!(
            "SELECT name FROM pragma_table_info('{}', 'main')",
            table.name
        )
    }

    fn home(&self, _table: &HistoryTable) -> String {
        "SELECT 'main'".to_owned()
    }

    fn is_missing_table(&self, error: &ServerError) -> bool {
        error.message.starts_with("no such table: ")
    }

    fn is_missing_column(&self, error: &ServerError) -> bool {
        error.message.starts_with("no such column: ")
    }

    fn is_denied(&self, _error: &ServerError, _history: &HistoryTable) -> bool {
        false
    }

    fn advice<'a>(
        &'a self,
        session: &'a mut dyn Session,
        _table: &'a HistoryTable,
        refusal: &'a Refusal<'a>,
    ) -> BoxFuture<'a, Option<String>> {
        Box::pin(advice::sqlite::advice(session, refusal))
    }

    fn sessions(&self) -> &'static str {
        "who else has the file open"
    }

    fn tables(&self) -> &'static str {
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         ORDER BY name"
    }

    fn utc(&self, column: &str) -> String {
        column.to_owned()
    }

    fn now(&self) -> &'static str {
        "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
    }

    fn timestamp(&self) -> &'static str {
        "text"
    }

    fn current_user(&self) -> &'static str {
        "''"
    }

    fn try_lock<'a>(
        &'a self,
        _session: &'a mut dyn Session,
        _table: &'a HistoryTable,
    ) -> BoxFuture<'a, Result<Attempt, ServerError>> {
        // A file is locked as such (`lock_file`), and a database in memory has one connection.
        Box::pin(async { Ok(Attempt::Taken(SessionLock::default())) })
    }

    fn unlock<'a>(
        &'a self,
        _session: &'a mut dyn Session,
        _lock: &'a SessionLock,
    ) -> BoxFuture<'a, Result<Option<String>, ServerError>> {
        Box::pin(async { Ok(None) })
    }

    fn session_id(&self) -> &'static str {
        "SELECT ''"
    }

    fn at_work(&self, _session: &str) -> String {
        "SELECT '' WHERE false".to_owned()
    }

    fn holder(&self, _lock: &str) -> Option<String> {
        None
    }
}
