//! A lease in the place of a lock, for servers that know the protocol but no locks of sessions.
//!
//! It is a row of its own table, and the server's clock says until when it holds. It is renewed with
//! every line that is written of a run, so it has to last longer than a statement does. Who has lost
//! it finds that out in the transaction of a revision, before that is committed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::ServerError;
use crate::engine::Engine;
use crate::history::HistoryTable;
use crate::session::Session;

/// What its table is called beside a history table.
pub(crate) fn table_beside(history: &str) -> String {
    format!("{history}_lock")
}

/// Somebody's wish to be the only one.
#[derive(Debug, Clone)]
pub(crate) struct Lease {
    /// The name of its table in SQL.
    table: String,
    owner: String,
    period: Duration,
}

impl Lease {
    pub(crate) fn new(history: &HistoryTable, period: Duration) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let table = HistoryTable {
            name: table_beside(&history.name),
            ..history.clone()
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default().as_micros();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self {
            table: table.sql(),
            owner: format!("process {}, {now:x}.{number}", std::process::id()),
            period,
        }
    }

    /// How long it lasts when it is renewed.
    #[cfg(feature = "backup")]
    pub(crate) fn period(&self) -> Duration {
        self.period
    }

    /// Takes it if it is free or has run out.
    pub(crate) async fn try_take(
        &self,
        session: &mut dyn Session,
        engine: &dyn Engine,
    ) -> Result<bool, ServerError> {
        let taken = self.take_over(session, engine).await;
        match taken {
            Err(error) if engine.is_missing_table(&error) => {
                let created = session.execute(&self.create(engine)).await;
                // Somebody else may have been faster.
                if let Err(error) = created
                    && let Err(still) = self.take_over(session, engine).await
                {
                    return Err(if engine.is_missing_table(&still) {
                        error
                    } else {
                        still
                    });
                }
                self.take_over(session, engine).await
            }
            taken => taken,
        }
    }

    async fn take_over(
        &self,
        session: &mut dyn Session,
        engine: &dyn Engine,
    ) -> Result<bool, ServerError> {
        let (table, now) = (&self.table, engine.now());
        let (owner, until) = (engine.literal(&self.owner), self.until(engine));
        let sql = format!(
            "UPDATE {table} SET owner = {owner}, expires = {until} \
             WHERE id = 1 AND (expires < {now} OR owner = {owner})"
        );
        if session.execute(&sql).await? > 0 {
            return Ok(true);
        }
        let held = format!("SELECT owner FROM {table} WHERE id = 1");
        if !session.rows(&held, &[]).await?.is_empty() {
            return Ok(false);
        }
        let sql = format!("INSERT INTO {table} (id, owner, expires) VALUES (1, {owner}, {until})");
        // Two may find none, and one of them is refused.
        Ok(session.execute(&sql).await.is_ok())
    }

    /// Makes it last from now on; false if it is somebody else's.
    pub(crate) async fn renew(
        &self,
        session: &mut dyn Session,
        engine: &dyn Engine,
    ) -> Result<bool, ServerError> {
        let sql = format!(
            "{}UPDATE {} SET expires = {} WHERE id = 1 AND owner = {}",
            engine.as_login(),
            self.table,
            self.until(engine),
            engine.literal(&self.owner)
        );
        Ok(session.execute(&sql).await? > 0)
    }

    /// Gives it back, if it is still there to be given.
    pub(crate) async fn release(
        &self,
        session: &mut dyn Session,
        engine: &dyn Engine,
    ) -> Result<(), ServerError> {
        let owner = engine.literal(&self.owner);
        let sql = format!(
            "DELETE FROM {} WHERE id = 1 AND owner = {owner}",
            self.table
        );
        session.execute(&sql).await.map(drop)
    }

    /// The query for who has it.
    pub(crate) fn holder(&self) -> String {
        format!("SELECT owner FROM {} WHERE id = 1", self.table)
    }

    fn create(&self, engine: &dyn Engine) -> String {
        format!(
            "CREATE TABLE {} (id integer PRIMARY KEY, owner varchar(128) NOT NULL, expires {} NOT NULL)",
            self.table,
            engine.timestamp()
        )
    }

    fn until(&self, engine: &dyn Engine) -> String {
        let seconds = self.period.as_secs_f64();
        format!("{} + INTERVAL '{seconds:.3}' SECOND", engine.now())
    }
}
