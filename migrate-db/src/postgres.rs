//! PostgreSQL over sqlx.

use migcheck_core::Dialect;
use sqlx::PgConnection;

use crate::ServerError;
use crate::engine::Engine;
use crate::error::abridged;
use crate::session::{BoxFuture, Session};
use crate::sqlx_session::sqlx_session;

sqlx_session!(PostgresSession, PgConnection, Dialect::Postgres);

/// Adds detail, hint and position. The position counts characters of the statement, from 1.
pub(crate) fn described(
    error: &dyn sqlx::error::DatabaseError,
    sql: &str,
    mut found: ServerError,
) -> ServerError {
    let Some(error) = error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>() else {
        return found;
    };
    let notes = [("detail", error.detail()), ("hint", error.hint())];
    for (name, note) in notes {
        if let Some(note) = note {
            found.notes.push(format!("{name}: {}", abridged(note)));
        }
    }
    if let Some(sqlx::postgres::PgErrorPosition::Original(position)) = error.position() {
        found.offset = sql
            .char_indices()
            .nth(position.saturating_sub(1))
            .map(|(at, _)| at);
    }
    found
}

/// How migrations run on PostgreSQL.
pub(crate) struct PostgresEngine;

impl Engine for PostgresEngine {
    fn ddl_is_transactional(&self) -> bool {
        true
    }

    fn reset(&self) -> &'static str {
        // Not DISCARD ALL: it would give back the advisory lock. RESET ALL leaves the role alone.
        "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL"
    }

    fn begin(&self) -> &'static str {
        "BEGIN"
    }

    fn create_history(&self, table: &str) -> String {
        let table = self.quoted(table);
        format!(
            "CREATE TABLE IF NOT EXISTS {table} (
                revision varchar(128) PRIMARY KEY,
                state varchar(16) NOT NULL,
                checksum char(64) NOT NULL,
                chain char(64) NOT NULL,
                statements_done integer NOT NULL,
                statements_total integer NOT NULL,
                fingerprint char(64),
                down_script text,
                applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                milliseconds bigint NOT NULL,
                applied_by text NOT NULL DEFAULT current_user,
                version varchar(32) NOT NULL)"
        )
    }

    fn history_exists(&self, table: &str) -> String {
        format!(
            "SELECT count(*)::text FROM pg_catalog.pg_class WHERE oid = to_regclass('{}')",
            self.quoted(table)
        )
    }

    fn placeholder(&self, place: usize) -> String {
        format!("${place}")
    }

    fn current_user(&self) -> &'static str {
        "current_user"
    }

    fn quoted(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    fn try_lock<'a>(
        &'a self,
        session: &'a mut dyn Session,
        key: &'a str,
    ) -> BoxFuture<'a, Result<bool, ServerError>> {
        // Never the blocking form: a session that waits in a query holds a snapshot, and CREATE
        // INDEX CONCURRENTLY in the holder would wait for it.
        Box::pin(async move {
            let sql = format!("SELECT pg_try_advisory_lock({LOCK_CLASS}, hashtext('{key}'))::text");
            crate::engine::is_true(session, &sql).await
        })
    }

    fn unlock<'a>(
        &'a self,
        session: &'a mut dyn Session,
        key: &'a str,
    ) -> BoxFuture<'a, Result<(), ServerError>> {
        Box::pin(async move {
            let sql = format!("SELECT pg_advisory_unlock({LOCK_CLASS}, hashtext('{key}'))");
            session.execute(&sql).await.map(drop)
        })
    }
}

/// "migc" in ASCII: tells migcheck's advisory locks from an application's.
const LOCK_CLASS: i32 = 0x6d69_6763;
