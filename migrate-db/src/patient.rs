//! A session that waits for its turn where a write locks the whole database.

use std::time::{Duration, Instant};

use migcheck_core::Dialect;

use crate::ServerError;
use crate::lock::LOCK_POLL;
use crate::session::{Another, BoxFuture, Row, Session};

/// Sends a statement again for as long as SQLite's file is locked by another connection: one that has
/// met that has done nothing. A connection waits by itself, too, but only for its own `busy_timeout`.
pub(crate) struct Patient<'a> {
    session: Box<dyn Session + 'a>,
    patience: Duration,
}

impl<'a> Patient<'a> {
    pub(crate) fn new(session: Box<dyn Session + 'a>, patience: Duration) -> Self {
        Self { session, patience }
    }

    /// After a refusal: waits, and whether it was worth it.
    async fn is_worth_another(&mut self, started: Instant, error: &ServerError) -> bool {
        let again = is_busy(self.session.dialect(), error) && started.elapsed() < self.patience;
        if again {
            tokio::time::sleep(LOCK_POLL).await;
        }
        again
    }
}

impl Session for Patient<'_> {
    fn dialect(&self) -> Dialect {
        self.session.dialect()
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<u64, ServerError>> {
        Box::pin(async move {
            let started = Instant::now();
            loop {
                match self.session.execute(sql).await {
                    Err(error) if self.is_worth_another(started, &error).await => {}
                    done => return done,
                }
            }
        })
    }

    fn rows<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Option<&'a str>],
    ) -> BoxFuture<'a, Result<Vec<Row>, ServerError>> {
        Box::pin(async move {
            let started = Instant::now();
            loop {
                match self.session.rows(sql, params).await {
                    Err(error) if self.is_worth_another(started, &error).await => {}
                    done => return done,
                }
            }
        })
    }

    fn another(&self) -> Option<Another> {
        self.session.another()
    }
}

/// Whether SQLite's file is locked by another connection: SQLITE_BUSY in the low byte of the extended
/// code. What a transaction has read and somebody else has written since stays so, however long
/// one waits: SQLITE_BUSY_SNAPSHOT.
pub(crate) fn is_busy(dialect: Dialect, error: &ServerError) -> bool {
    const BUSY: u32 = 5;
    const BUSY_SNAPSHOT: u32 = 517;
    let code = || error.code.as_deref()?.parse::<u32>().ok();
    dialect == Dialect::Sqlite
        && code().is_some_and(|code| code & 0xff == BUSY && code != BUSY_SNAPSHOT)
}
