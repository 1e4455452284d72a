//! MySQL and MariaDB over sqlx.

use migcheck_core::Dialect;
use sqlx::MySqlConnection;

use crate::ServerError;
use crate::advice::{self, Refusal};
use crate::engine::{Attempt, Engine, SessionLock};
use crate::history::HistoryTable;
use crate::session::{BoxFuture, Session};
use crate::sqlx_session::sqlx_session;

sqlx_session!(MySqlSession, MySqlConnection, Dialect::MySql);

/// Shows the server's error number, which its manual is sorted by, beside the SQLSTATE.
pub(crate) fn described(
    error: &dyn sqlx::error::DatabaseError,
    mut found: ServerError,
) -> ServerError {
    if let Some(error) = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
        found.code = Some(error.number().to_string());
    }
    found
}

/// How migrations run on MySQL and MariaDB.
pub(crate) struct MySqlEngine;

impl Engine for MySqlEngine {
    fn dialect(&self) -> Dialect {
        Dialect::MySql
    }

    fn ddl_is_transactional(&self) -> bool {
        false
    }

    fn reset(&self) -> &'static str {
        // There is no statement for COM_RESET_CONNECTION; these are what migrations set. Not DEFAULT:
        // MySQL 9 takes that for OFF in foreign_key_checks and unique_checks. Nor the last two as the server
        // has them: what is written by itself has to stay, and a COMMIT to end the transaction.
        "SET SESSION foreign_key_checks = @@GLOBAL.foreign_key_checks, \
         unique_checks = @@GLOBAL.unique_checks, sql_mode = @@GLOBAL.sql_mode, \
         sql_safe_updates = @@GLOBAL.sql_safe_updates, autocommit = 1, completion_type = 0"
    }

    fn settle(&self) -> &'static str {
        // It would be ended by the next DDL, and what is read in it until then is what it was.
        "; COMMIT"
    }

    fn begin(&self) -> &'static str {
        "START TRANSACTION"
    }

    fn create_history(&self, table: &str) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {table} (
                revision varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY,
                state varchar(16) NOT NULL,
                checksum char(64) NOT NULL,
                chain char(64) NOT NULL,
                statements_done int NOT NULL,
                statements_total int NOT NULL,
                fingerprint char(64),
                down_script longtext,
                applied_at timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
                milliseconds bigint NOT NULL,
                applied_by varchar(256) NOT NULL,
                version varchar(32) NOT NULL,
                done_checksum text CHARACTER SET utf8mb4,
                parents text CHARACTER SET utf8mb4
            ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4"
        )
    }

    fn added_type(&self) -> &'static str {
        "text CHARACTER SET utf8mb4"
    }

    fn history_columns(&self, table: &HistoryTable) -> String {
        format!(
            "SELECT column_name FROM information_schema.columns \
             WHERE table_schema = DATABASE() AND table_name = '{}'",
            table.name
        )
    }

    fn home(&self, _table: &HistoryTable) -> String {
        "SELECT DATABASE()".to_owned()
    }

    fn is_missing_table(&self, error: &ServerError) -> bool {
        error.code.as_deref() == Some("1146")
    }

    fn is_missing_column(&self, error: &ServerError) -> bool {
        error.code.as_deref() == Some("1054")
    }

    fn is_denied(&self, error: &ServerError, _history: &HistoryTable) -> bool {
        // The journal's; a statement of a script has a place in its file.
        matches!(
            error.code.as_deref(),
            Some("1044" | "1142" | "1143" | "1227" | "1290" | "1792" | "3989")
        )
    }

    fn advice<'a>(
        &'a self,
        session: &'a mut dyn Session,
        _table: &'a HistoryTable,
        refusal: &'a Refusal<'a>,
    ) -> BoxFuture<'a, Option<String>> {
        Box::pin(advice::mysql::advice(session, refusal))
    }

    fn sessions(&self) -> &'static str {
        "`SHOW PROCESSLIST`"
    }

    fn tables(&self) -> &'static str {
        "SELECT table_name FROM information_schema.tables
         WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY table_name"
    }

    fn or_update(&self) -> &'static str {
        "ON DUPLICATE KEY UPDATE"
    }

    fn proposed(&self, column: &str) -> String {
        format!("VALUES({column})")
    }

    fn utc(&self, column: &str) -> String {
        format!(
            "DATE_FORMAT(CONVERT_TZ({column}, @@session.time_zone, '+00:00'), \
             '%Y-%m-%dT%H:%i:%s.%fZ')"
        )
    }

    fn now(&self) -> &'static str {
        "CURRENT_TIMESTAMP(6)"
    }

    fn timestamp(&self) -> &'static str {
        "timestamp(6)"
    }

    fn clock(&self) -> (&'static str, &'static str) {
        ("UTC_TIMESTAMP(6)", "datetime(6)")
    }

    fn current_user(&self) -> &'static str {
        "CURRENT_USER()"
    }

    fn try_lock<'a>(
        &'a self,
        session: &'a mut dyn Session,
        table: &'a HistoryTable,
    ) -> BoxFuture<'a, Result<Attempt, ServerError>> {
        Box::pin(async move {
            let name = lock_name(&table.name);
            let sql = format!("SELECT {name}, CAST(GET_LOCK({name}, 0) AS CHAR)");
            let rows = session.rows(&sql, &[]).await?;
            let mut values = rows.into_iter().flatten().map(Option::unwrap_or_default);
            let lock = values.next().unwrap_or_default();
            Ok(match values.next().as_deref() {
                Some("1") => Attempt::Taken(SessionLock {
                    name: lock,
                    taken_by: None,
                }),
                _ => Attempt::Held(lock),
            })
        })
    }

    fn unlock<'a>(
        &'a self,
        session: &'a mut dyn Session,
        lock: &'a SessionLock,
    ) -> BoxFuture<'a, Result<Option<String>, ServerError>> {
        Box::pin(async move {
            let sql = format!("DO RELEASE_LOCK({})", self.literal(&lock.name));
            session.execute(&sql).await.map(|_| None)
        })
    }

    fn session_id(&self) -> &'static str {
        "SELECT CAST(CONNECTION_ID() AS CHAR)"
    }

    fn at_work(&self, session: &str) -> String {
        format!(
            "SELECT CAST(id AS CHAR) FROM information_schema.processlist \
             WHERE id = {} AND command <> 'Sleep'",
            self.literal(session)
        )
    }

    fn holder(&self, lock: &str) -> Option<String> {
        // Without the PROCESS privilege one sees one's own sessions only.
        let id = format!("IS_USED_LOCK({})", self.literal(lock));
        Some(format!(
            "SELECT CONCAT('connection ', {id}, COALESCE((SELECT CONCAT(' of ', user, ' at ', host)
               FROM information_schema.processlist WHERE id = {id}), ''))"
        ))
    }
}

/// A lock belongs to the whole server and its name has 64 characters at most, so that database
/// and table are hashed into it. Not with MD5, which MySQL 9.6 took out of the server.
fn lock_name(key: &str) -> String {
    format!("CONCAT('migcheck_', LEFT(SHA2(CONCAT(DATABASE(), '.', '{key}'), 256), 48))")
}
