//! MySQL and MariaDB over sqlx.

use migcheck_core::Dialect;
use sqlx::MySqlConnection;

use crate::ServerError;
use crate::engine::Engine;
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
    fn ddl_is_transactional(&self) -> bool {
        false
    }

    fn reset(&self) -> &'static str {
        // There is no statement for COM_RESET_CONNECTION; these are what migrations set. Not DEFAULT:
        // MySQL 9 takes that for OFF in foreign_key_checks and unique_checks.
        "SET SESSION foreign_key_checks = @@GLOBAL.foreign_key_checks, \
         unique_checks = @@GLOBAL.unique_checks, sql_mode = @@GLOBAL.sql_mode, \
         autocommit = @@GLOBAL.autocommit, sql_safe_updates = @@GLOBAL.sql_safe_updates"
    }

    fn begin(&self) -> &'static str {
        "START TRANSACTION"
    }

    fn create_history(&self, table: &str) -> String {
        let table = self.quoted(table);
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
                version varchar(32) NOT NULL
            ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4"
        )
    }

    fn history_exists(&self, table: &str) -> String {
        format!(
            "SELECT CAST(count(*) AS CHAR) FROM information_schema.tables \
             WHERE table_schema = DATABASE() AND table_name = '{table}'"
        )
    }

    fn placeholder(&self, _place: usize) -> String {
        "?".to_owned()
    }

    fn current_user(&self) -> &'static str {
        "CURRENT_USER()"
    }

    fn quoted(&self, name: &str) -> String {
        format!("`{}`", name.replace('`', "``"))
    }

    fn try_lock<'a>(
        &'a self,
        session: &'a mut dyn Session,
        key: &'a str,
    ) -> BoxFuture<'a, Result<bool, ServerError>> {
        Box::pin(async move {
            let sql = format!("SELECT CAST(GET_LOCK({}, 0) AS CHAR)", lock_name(key));
            crate::engine::is_true(session, &sql).await
        })
    }

    fn unlock<'a>(
        &'a self,
        session: &'a mut dyn Session,
        key: &'a str,
    ) -> BoxFuture<'a, Result<(), ServerError>> {
        Box::pin(async move {
            let sql = format!("DO RELEASE_LOCK({})", lock_name(key));
            session.execute(&sql).await.map(drop)
        })
    }
}

/// A lock belongs to the whole server and its name has 64 characters at most, so that database
/// and table are hashed into it. Not with MD5, which MySQL 9.6 took out of the server.
fn lock_name(key: &str) -> String {
    format!("CONCAT('migcheck_', LEFT(SHA2(CONCAT(DATABASE(), '.', '{key}'), 256), 48))")
}
