//! One script together with its row of the history table.

use std::time::{Duration, Instant};

use migcheck_core::{Direction, Script};

use crate::advice::CANNOT_WRITE;
use crate::history::{Entry, HistoryRow, HistoryTable, Progress};
use crate::journal::run_journalled;
use crate::lock::Lock;
use crate::migrate_error::{Locked, MigrateError, refused};
use crate::patient::is_busy;
use crate::script::Prepared;
use crate::session::Session;
use crate::unsent::Unsent;

/// A script that is to be run and recorded.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) table: &'a HistoryTable,
    pub(crate) entry: &'a Entry,
    pub(crate) script: &'a Script,
    pub(crate) direction: Direction,
    /// The revision's row, if the script was begun before and did not come to its end.
    pub(crate) begun: Option<&'a HistoryRow>,
    /// What has to be ours still when something is committed.
    pub(crate) lock: &'a Lock,
}

impl Job<'_> {
    /// Makes the lease last, if there is one.
    pub(crate) async fn renew(&self, session: &mut dyn Session) -> Result<(), MigrateError> {
        let Some(lease) = self.lock.lease() else {
            return Ok(());
        };
        let renewed = lease.renew(session).await;
        match renewed.map_err(refused("the lease could not be renewed"))? {
            true => Ok(()),
            false => Err(MigrateError::LeaseLost),
        }
    }

    /// What is sent before a statement that only the lock's holder may send.
    pub(crate) fn held(&self) -> String {
        self.lock.held(self.table)
    }

    /// Awaits a statement, during which the lease lasts, if there is one.
    pub(crate) async fn during<T>(&self, statement: impl Future<Output = T>) -> T {
        match self.lock.lease() {
            Some(lease) => lease.during(statement).await,
            None => statement.await,
        }
    }

    /// The statement that records the end of the script.
    pub(crate) fn record(&self, statements: usize, took: Duration) -> String {
        match self.direction {
            Direction::Up => {
                let progress = Progress::applied(statements, took);
                self.table.insert(self.entry, &progress)
            }
            Direction::Down => self.table.delete(&self.entry.revision),
        }
    }
}

/// Runs it; returns what is to be said of it, and nothing if another run had done it when this one
/// got its turn. `unsent` is what is still to be sent of the one before, and then of this one.
pub(crate) async fn run_job(
    session: &mut dyn Session,
    job: &Job<'_>,
    unsent: &mut Unsent,
) -> Result<Option<Vec<String>>, MigrateError> {
    let revision = &*job.entry.revision;
    let mut prepared = Prepared::new(session.dialect(), revision, job.script)?;
    prepared.note_keys(session).await?;
    if job.begun.is_some() || !prepared.wrap {
        if prepared.traces.are_kept() {
            // What the script before has set is to be gone.
            let sent = unsent.flush(session, job.table).await;
            sent.map_err(|error| prepared.whole(error))?;
            prepared.enter(session).await?;
        }
        let ran = run_journalled(session, job, &prepared, unsent).await;
        return ran.map(Some);
    }
    let ran = run_in_transaction(session, job, &prepared).await;
    if ran.is_err() {
        prepared.abandon(session).await;
    }
    Ok(ran?.then(Vec::new))
}

/// Whether it ran, or had been run before.
async fn run_in_transaction(
    session: &mut dyn Session,
    job: &Job<'_>,
    prepared: &Prepared<'_>,
) -> Result<bool, MigrateError> {
    let started = Instant::now();
    let whole = |error| -> MigrateError { prepared.whole(error).into() };
    let engine = prepared.engine;
    if engine.locks_sessions() {
        let begin = prepared.ahead(engine.begin());
        session.execute(&begin).await.map_err(whole)?;
    } else {
        // The transaction is the lock, so that only now it is known what is left to do.
        let sql = format!(
            "{}; {}; SELECT state FROM {} WHERE {}",
            engine.reset(),
            prepared.ahead(engine.begin()),
            job.table.sql(),
            job.table.is(&job.entry.revision)
        );
        let found = session.rows(&sql, &[]).await;
        let found = found.map_err(|error| match is_busy(session.dialect(), &error) {
            true => MigrateError::Locked(Locked {
                waited: started.elapsed(),
                holder: None,
                is_writer: true,
            }),
            false => whole(error),
        })?;
        if found.is_empty() == (job.direction == Direction::Down) {
            session.execute("ROLLBACK").await.map_err(whole)?;
            session.execute(engine.reset()).await.map_err(whole)?;
            return Ok(false);
        }
    }
    for statement in &prepared.statements {
        job.during(prepared.execute(session, statement)).await?;
    }
    // The script may have left a search path or a role that would mislead the record, or whoever uses
    // the session next. At COMMIT deferred constraints are checked, and no statement is to be blamed.
    job.renew(session).await?;
    let record = job.record(prepared.statements.len(), started.elapsed());
    let (fired, held) = (prepared.fired(), job.held());
    let end = format!("{fired}{}; {held}{record}", engine.reset());
    if engine.locks_sessions() {
        let end = format!("{end}; COMMIT{}", prepared.after());
        session.execute(&end).await.map_err(whole)?;
    } else {
        prepared.check_keys(session).await?;
        let recorded = session.execute(&end).await;
        recorded.map_err(refused(CANNOT_WRITE))?;
        // It may have to wait until nobody reads, and is sent again by itself.
        session.execute("COMMIT").await.map_err(whole)?;
        prepared.leave(session).await?;
    }
    Ok(true)
}
