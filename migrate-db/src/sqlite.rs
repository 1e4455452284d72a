//! Embedded SQLite over sqlx.

use migcheck_core::Dialect;
use sqlx::SqliteConnection;

use crate::ServerError;
use crate::engine::Engine;
use crate::session::{BoxFuture, Session};
use crate::sqlx_session::sqlx_session;

sqlx_session!(SqliteSession, SqliteConnection, Dialect::Sqlite);

/// How migrations run on SQLite.
pub(crate) struct SqliteEngine;

impl Engine for SqliteEngine {
    fn ddl_is_transactional(&self) -> bool {
        true
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
        let table = self.quoted(table);
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
                version text NOT NULL) WITHOUT ROWID"
        )
    }

    fn history_exists(&self, table: &str) -> String {
        format!("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '{table}'")
    }

    fn placeholder(&self, place: usize) -> String {
        format!("?{place}")
    }

    fn current_user(&self) -> &'static str {
        "''"
    }

    fn quoted(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    fn try_lock<'a>(
        &'a self,
        _session: &'a mut dyn Session,
        _key: &'a str,
    ) -> BoxFuture<'a, Result<bool, ServerError>> {
        // BEGIN IMMEDIATE of each revision is the lock.
        Box::pin(async { Ok(true) })
    }

    fn unlock<'a>(
        &'a self,
        _session: &'a mut dyn Session,
        _key: &'a str,
    ) -> BoxFuture<'a, Result<(), ServerError>> {
        Box::pin(async { Ok(()) })
    }
}
