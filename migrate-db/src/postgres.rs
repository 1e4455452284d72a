//! PostgreSQL over sqlx.

use migcheck_core::Dialect;
use sqlx::PgConnection;

use crate::ServerError;
use crate::advice::{self, Refusal};
use crate::engine::{Attempt, Engine, SessionLock};
use crate::error::abridged;
use crate::history::HistoryTable;
use crate::lock::LOCK_LOST;
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
        // At the end of the input it is one behind the last.
        let character = sql.char_indices().nth(position.saturating_sub(1));
        found.offset = Some(character.map_or(sql.len(), |(at, _)| at));
    }
    found
}

/// How migrations run on PostgreSQL.
pub(crate) struct PostgresEngine;

impl Engine for PostgresEngine {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

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
                version varchar(32) NOT NULL,
                done_checksum text,
                parents text)"
        )
    }

    fn added_type(&self) -> &'static str {
        "text"
    }

    fn history_columns(&self, table: &HistoryTable) -> String {
        format!(
            "SELECT attname::text FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass({}) \
             AND attnum > 0 AND NOT attisdropped",
            self.literal(&table.sql())
        )
    }

    fn home(&self, table: &HistoryTable) -> String {
        match &table.schema {
            Some(schema) => format!("SELECT {}", self.literal(schema)),
            // A table that a later schema of the search path has is somebody else's.
            None => "SELECT coalesce(current_schema(), '')::text".to_owned(),
        }
    }

    fn path(&self, table: &HistoryTable) -> Option<String> {
        let found = match &table.schema {
            Some(_) => "NULL".to_owned(),
            None => format!(
                "(SELECT n.nspname::text FROM pg_catalog.pg_class c \
                 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                 WHERE c.oid = to_regclass({}) AND n.nspname <> current_schema())",
                self.literal(&table.sql())
            ),
        };
        Some(format!(
            "SELECT current_setting('search_path'), coalesce(current_schema(), '')::text, {found}, \
             current_user::text"
        ))
    }

    fn is_missing_table(&self, error: &ServerError) -> bool {
        matches!(error.code.as_deref(), Some("42P01" | "3F000"))
    }

    fn is_missing_column(&self, error: &ServerError) -> bool {
        error.code.as_deref() == Some("42703")
    }

    fn is_denied(&self, error: &ServerError, history: &HistoryTable) -> bool {
        match error.code.as_deref() {
            // A trigger that was put off until COMMIT may lack a right as well.
            Some("42501") => error.message.contains(&history.name),
            code => code == Some("25006"),
        }
    }

    fn advice<'a>(
        &'a self,
        session: &'a mut dyn Session,
        table: &'a HistoryTable,
        refusal: &'a Refusal<'a>,
    ) -> BoxFuture<'a, Option<String>> {
        Box::pin(advice::postgres::advice(session, table, refusal))
    }

    fn sessions(&self) -> &'static str {
        "`pg_stat_activity`"
    }

    fn tables(&self) -> &'static str {
        "SELECT c.relname::text FROM pg_catalog.pg_class c
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'f')
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid
             AND d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'e')
         ORDER BY 1"
    }

    fn as_login(&self) -> &'static str {
        "SET LOCAL session_authorization TO DEFAULT; SET LOCAL role TO DEFAULT; "
    }

    fn utc(&self, column: &str) -> String {
        format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
    }

    fn now(&self) -> &'static str {
        "clock_timestamp()"
    }

    fn timestamp(&self) -> &'static str {
        "timestamptz"
    }

    fn current_user(&self) -> &'static str {
        "current_user"
    }

    fn try_lock<'a>(
        &'a self,
        session: &'a mut dyn Session,
        table: &'a HistoryTable,
    ) -> BoxFuture<'a, Result<Attempt, ServerError>> {
        // Never the blocking form: a session that waits in a query holds a snapshot, and CREATE
        // INDEX CONCURRENTLY in the holder would wait for it.
        Box::pin(async move {
            // The schema that the table is in, so that tenants who have one each do not wait for
            // one another.
            //
            // A session gets a lock that it has as often as it asks. A run takes it once, so that
            // this one has it from another run, and a pooler is in between.
            let sql = format!(
                "SELECT version(), k::text, CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_locks l \
                   WHERE l.pid = pg_backend_pid() AND {}) THEN NULL \
                 WHEN pg_try_advisory_lock({LOCK_CLASS}, k) THEN pg_backend_pid()::text END \
                 FROM (SELECT hashtext(({}) || {}) AS k) AS key",
                is_lock("k"),
                self.home(table),
                self.literal(&format!(".{}", table.name)),
            );
            let attempt = session.rows(&sql, &[]).await;
            let version = match &attempt {
                Ok(rows) => rows.iter().flatten().flatten().next().cloned(),
                // What it is made of may not be there either.
                Err(_) => {
                    let asked = session.rows("SELECT version()", &[]).await;
                    asked.ok().into_iter().flatten().flatten().flatten().next()
                }
            };
            if version.is_some_and(|version| version.starts_with(COCKROACH)) {
                return Ok(Attempt::NoLocks(COCKROACH));
            }
            let mut values = attempt?.into_iter().flatten().skip(1);
            let name = values.next().flatten().unwrap_or_default();
            Ok(match values.next().flatten() {
                None => Attempt::Held(name),
                taken_by => Attempt::Taken(SessionLock { name, taken_by }),
            })
        })
    }

    fn unlock<'a>(
        &'a self,
        session: &'a mut dyn Session,
        lock: &'a SessionLock,
    ) -> BoxFuture<'a, Result<Option<String>, ServerError>> {
        Box::pin(async move {
            let name = &lock.name;
            let sql = format!("SELECT pg_advisory_unlock({LOCK_CLASS}, {name})::text");
            let unlocked = session.rows(&sql, &[]).await?;
            let unlocked = unlocked.into_iter().flatten().flatten().next();
            let Some(taken_by) = lock
                .taken_by
                .as_deref()
                .filter(|_| unlocked.as_deref() == Some("false"))
            else {
                return Ok(None);
            };
            let sql = format!(
                "SELECT format('SELECT pg_terminate_backend(%s)', l.pid) FROM pg_catalog.pg_locks l \
                 WHERE l.pid::text = {} AND l.pid <> pg_backend_pid() AND {}",
                self.literal(taken_by),
                is_lock(name)
            );
            let stays = session.rows(&sql, &[]).await?;
            Ok(stays.into_iter().flatten().flatten().next())
        })
    }

    fn held(&self, lock: &SessionLock) -> String {
        // A lock of the transaction is given to a session that has its own, and keeps the others out
        // while that is given back, which tells whether it was there, and taken again. A cast of what
        // is no number is refused with these words in every language.
        let key = format!("({LOCK_CLASS}, {})", lock.name);
        format!(
            "SELECT WHERE CAST(coalesce(\
             CASE WHEN pg_catalog.pg_try_advisory_xact_lock{key} \
             THEN CASE WHEN pg_catalog.pg_advisory_unlock{key} \
             THEN CASE WHEN pg_catalog.pg_try_advisory_lock{key} \
             THEN '0' END END END, '{LOCK_LOST}') AS integer) = 1; "
        )
    }

    fn session_id(&self) -> &'static str {
        "SELECT pg_backend_pid()::text"
    }

    fn at_work(&self, session: &str) -> String {
        format!(
            "SELECT pid::text FROM pg_catalog.pg_stat_activity \
             WHERE pid::text = {} AND state = 'active'",
            self.literal(session)
        )
    }

    fn holder(&self, lock: &str) -> Option<String> {
        // The server shows both numbers without a sign.
        Some(format!(
            "SELECT concat('process ', a.pid, ' of ', a.usename,
               nullif(concat(', ', nullif(a.application_name, '')), ', '),
               coalesce(' at ' || host(a.client_addr), ''))
             FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)
             WHERE {}",
            is_lock(lock)
        ))
    }
}

/// The condition that a row `l` of `pg_locks` is of this lock, and somebody has it.
fn is_lock(lock: &str) -> String {
    format!(
        "l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 \
         AND l.database = (SELECT oid FROM pg_catalog.pg_database \
           WHERE datname = current_database()) \
         AND l.classid = {LOCK_CLASS} AND l.objid::bigint = ({lock})::bigint & 4294967295"
    )
}

/// "migc" in ASCII: tells migcheck's advisory locks from an application's.
const LOCK_CLASS: i32 = 0x6d69_6763;

/// How the version of a server begins whose advisory locks everybody gets
/// (<https://github.com/cockroachdb/cockroach/issues/13546>).
const COCKROACH: &str = "CockroachDB";
