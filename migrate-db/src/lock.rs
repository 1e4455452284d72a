//! The lock that keeps other runs out. It belongs to the session that runs the scripts, so that lock
//! and work end together.

use std::time::{Duration, Instant};

use crate::ServerError;
use crate::history::HistoryTable;
use crate::lease::Lease;
use crate::lock_file::{self, LockFile};
use crate::migrate_error::{Locked, MigrateError, refused};
use crate::session::Session;

/// How often a waiting run looks again.
pub(crate) const LOCK_POLL: Duration = Duration::from_millis(100);

/// What is held.
pub(crate) enum Lock {
    /// The session's, by the server's name for it.
    Session(String),
    Lease(Lease),
    /// The operating system's, where the server is this process.
    File(LockFile),
}

impl Lock {
    /// Waits for the lock.
    pub(crate) async fn take(
        session: &mut dyn Session,
        table: &HistoryTable,
        lease: Option<Duration>,
        timeout: Duration,
    ) -> Result<Self, MigrateError> {
        let started = Instant::now();
        let lease = lease.map(|period| Lease::new(table, period));
        loop {
            let attempt = attempt(session, table, lease.as_ref()).await;
            let held = match attempt.map_err(refused("the lock could not be taken"))? {
                Ok(lock) => return Ok(lock),
                Err(held) => held,
            };
            let waited = started.elapsed();
            if waited >= timeout {
                let holder = held.holder(session, table).await;
                return Err(MigrateError::Locked(Locked {
                    waited,
                    holder,
                    is_writer: false,
                }));
            }
            tokio::time::sleep(LOCK_POLL.min(timeout - waited)).await;
        }
    }

    /// What has to be renewed while it is held.
    pub(crate) fn lease(&self) -> Option<&Lease> {
        match self {
            Self::Session(_) | Self::File(_) => None,
            Self::Lease(lease) => Some(lease),
        }
    }

    pub(crate) async fn release(
        &self,
        session: &mut dyn Session,
        table: &HistoryTable,
    ) -> Result<(), ServerError> {
        match self {
            Self::Session(lock) => table.engine.unlock(session, lock).await,
            Self::Lease(lease) => lease.release(session, table.engine).await,
            Self::File(file) => file.release(),
        }
    }
}

/// A lock that somebody else has.
enum Held {
    Session(String),
    Lease(Lease),
    File,
}

impl Held {
    /// Who has it, if that can be asked.
    async fn holder(&self, session: &mut dyn Session, table: &HistoryTable) -> Option<String> {
        let sql = match self {
            Self::Session(lock) => table.engine.holder(lock)?,
            Self::Lease(lease) => lease.holder(),
            Self::File => return None,
        };
        let rows = session.rows(&sql, &[]).await.ok()?;
        rows.into_iter().flatten().flatten().next()
    }
}

async fn attempt(
    session: &mut dyn Session,
    table: &HistoryTable,
    lease: Option<&Lease>,
) -> Result<Result<Lock, Held>, ServerError> {
    // A file can be locked wherever it is; a lease would only be less than that.
    if let Some(place) = lock_file::place(session).await? {
        let taken = LockFile::try_take(&place)?;
        return Ok(taken.map(Lock::File).ok_or(Held::File));
    }
    if let Some(lease) = lease.filter(|_| table.engine.locks_sessions()) {
        let taken = lease.try_take(session, table.engine).await?;
        let lease = lease.clone();
        return Ok(match taken {
            true => Ok(Lock::Lease(lease)),
            false => Err(Held::Lease(lease)),
        });
    }
    let attempt = table.engine.try_lock(session, table).await?;
    Ok(match attempt.taken {
        true => Ok(Lock::Session(attempt.lock)),
        false => Err(Held::Session(attempt.lock)),
    })
}
