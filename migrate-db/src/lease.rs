//! A lease in the place of a lock, for servers that know the protocol but no locks of sessions.
//!
//! It is a row of its own table, and the server's clock says until when it holds. Its holder makes it
//! last, between statements and from a second session during them. Who has lost it finds that out in
//! the transaction of a revision, before that is committed. Who takes it over waits until the session
//! that had it is at rest: a process may be gone, and its last statement still run.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::ServerError;
use crate::engine::Engine;
use crate::history::HistoryTable;
use crate::session::{Another, Session};

/// What its table is called beside a history table.
pub(crate) fn table_beside(history: &str) -> String {
    format!("{history}_lock")
}

/// Somebody's wish to be the only one.
#[derive(Clone)]
pub(crate) struct Lease {
    engine: &'static dyn Engine,
    /// Its own.
    table: HistoryTable,
    owner: String,
    period: Duration,
    another: Option<Another>,
}

/// Stands in the owner's name before what the server calls the session.
const SESSION: &str = ", session ";

impl Lease {
    pub(crate) async fn new(
        session: &mut dyn Session,
        history: &HistoryTable,
        period: Duration,
    ) -> Result<Self, ServerError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let table = HistoryTable {
            name: table_beside(&history.name),
            ..history.clone()
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default().as_micros();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        let rows = session.rows(history.engine.session_id(), &[]).await?;
        let id = rows.into_iter().flatten().flatten().next();
        let id = id.unwrap_or_default();
        Ok(Self {
            engine: history.engine,
            table,
            owner: format!("process {process}, {now:x}.{number}{SESSION}{id}"),
            period,
            another: session.another(),
        })
    }

    /// How long it lasts when it is renewed.
    #[cfg(feature = "backup")]
    pub(crate) fn period(&self) -> Duration {
        self.period
    }

    /// Takes it if it is free or has run out.
    pub(crate) async fn try_take(&self, session: &mut dyn Session) -> Result<bool, ServerError> {
        match self.take_over(session).await {
            Err(error) if self.engine.is_missing_table(&error) => {
                // Somebody else may be faster.
                let created = self.table.create(session, &self.create()).await;
                match (self.take_over(session).await, created) {
                    (Err(still), Err(error)) if self.engine.is_missing_table(&still) => Err(error),
                    (taken, _) => taken,
                }
            }
            taken => taken,
        }
    }

    async fn take_over(&self, session: &mut dyn Session) -> Result<bool, ServerError> {
        let (table, now) = (self.table.sql(), self.engine.clock().0);
        let (own, until) = (self.engine.literal(&self.owner), self.until());
        let sql = format!(
            "SELECT owner, CASE WHEN expires < {now} THEN 'over' END FROM {table} WHERE id = 1"
        );
        let found = session.rows(&sql, &[]).await?.into_iter().next();
        let Some(mut holder) = found.map(Vec::into_iter) else {
            let sql =
                format!("INSERT INTO {table} (id, owner, expires) VALUES (1, {own}, {until})");
            return match session.execute(&sql).await {
                Ok(_) => Ok(true),
                // Two may find none, and one of them is refused; by then the other may have given it back.
                Err(error) if is_taken(&error) => Ok(false),
                Err(error) => Err(error),
            };
        };
        let owner = holder.next().flatten().unwrap_or_default();
        if holder.next().flatten().is_none() || self.is_at_work(session, &owner).await? {
            return Ok(false);
        }
        let sql = format!(
            "UPDATE {table} SET owner = {own}, expires = {until} \
             WHERE id = 1 AND owner = {} AND expires < {now}",
            self.engine.literal(&owner)
        );
        Ok(session.execute(&sql).await? > 0)
    }

    /// Whether the session of an owner still runs a statement, as far as the server tells.
    async fn is_at_work(
        &self,
        session: &mut dyn Session,
        owner: &str,
    ) -> Result<bool, ServerError> {
        let Some((_, id)) = owner.rsplit_once(SESSION) else {
            return Ok(false);
        };
        // After a restart the server counts from the start again.
        if self.owner.ends_with(&format!("{SESSION}{id}")) {
            return Ok(false);
        }
        let rows = session.rows(&self.engine.at_work(id), &[]).await?;
        Ok(!rows.is_empty())
    }

    /// Makes it last from now on; false if it is somebody else's.
    pub(crate) async fn renew(&self, session: &mut dyn Session) -> Result<bool, ServerError> {
        let sql = format!(
            "{}UPDATE {} SET expires = {} WHERE id = 1 AND owner = {}",
            self.engine.as_login(),
            self.table.sql(),
            self.until(),
            self.engine.literal(&self.owner)
        );
        Ok(session.execute(&sql).await? > 0)
    }

    /// Awaits what may take longer than the lease, and makes that last meanwhile.
    pub(crate) async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let mut renewing = pin!(self.renew_meanwhile());
        poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(done);
            }
            let _: Poll<Infallible> = renewing.as_mut().poll(context);
            Poll::Pending
        })
        .await
    }

    /// Renews it from a session of its own, which only a statement that takes its time has opened.
    async fn renew_meanwhile(&self) -> Infallible {
        let Some(another) = &self.another else {
            return std::future::pending().await;
        };
        let often = self.period / 3;
        let mut open = None;
        loop {
            tokio::time::sleep(often).await;
            let renewed = tokio::time::timeout(often, async {
                let mut session = match open.take() {
                    Some(session) => session,
                    None => self.fresh(another().await?).await?,
                };
                let is_ours = self.renew(&mut *session).await?;
                Ok::<_, ServerError>((session, is_ours))
            });
            match renewed.await {
                Ok(Ok((session, true))) => open = Some(session),
                // Somebody else has it, which is found out before anything is committed.
                Ok(Ok((_, false))) => return std::future::pending().await,
                // The next attempt is over another connection.
                Ok(Err(_)) | Err(_) => {}
            }
        }
    }

    /// The server may commit nothing by itself.
    async fn fresh(&self, mut session: Box<dyn Session>) -> Result<Box<dyn Session>, ServerError> {
        session.execute(self.engine.reset()).await?;
        Ok(session)
    }

    /// Gives it back, if it is still there to be given.
    pub(crate) async fn release(&self, session: &mut dyn Session) -> Result<(), ServerError> {
        let owner = self.engine.literal(&self.owner);
        let table = self.table.sql();
        let sql = format!("DELETE FROM {table} WHERE id = 1 AND owner = {owner}");
        session.execute(&sql).await.map(drop)
    }

    /// The query for who has it.
    pub(crate) fn holder(&self) -> String {
        format!("SELECT owner FROM {} WHERE id = 1", self.table.sql())
    }

    fn create(&self) -> String {
        format!(
            "CREATE TABLE {} (id integer PRIMARY KEY, owner varchar(128) NOT NULL, expires {} NOT NULL)",
            self.table.sql(),
            self.engine.clock().1
        )
    }

    fn until(&self) -> String {
        let seconds = self.period.as_secs_f64();
        format!("{} + INTERVAL '{seconds:.3}' SECOND", self.engine.clock().0)
    }
}

/// Whether somebody else was faster, in the words of PostgreSQL or of MySQL: the row is there, or the
/// two have met.
fn is_taken(error: &ServerError) -> bool {
    const CODES: [&str; 5] = ["23505", "40001", "40P01", "1062", "1213"];
    error
        .code
        .as_deref()
        .is_some_and(|code| CODES.contains(&code))
}
