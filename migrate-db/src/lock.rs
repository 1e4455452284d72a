//! The lock that keeps other runs out. It belongs to the session that runs the scripts, so that lock
//! and work end together.

use std::time::{Duration, Instant};

use crate::ServerError;
use crate::engine::{Attempt, SessionLock};
use crate::event::RunEvent;
use crate::history::HistoryTable;
use crate::lease::Lease;
use crate::lock_file::{self, LockFile};
use crate::migrate_error::{Locked, MigrateError, refused};
use crate::migrator::Settings;
use crate::session::Session;

/// How often a waiting run looks again.
pub(crate) const LOCK_POLL: Duration = Duration::from_millis(100);

/// What the server's refusal contains where a session has sent what only the holder of the lock may.
pub(crate) const LOCK_LOST: &str = "migcheck does not hold the lock in this session";

/// How long it waits before it says that it does.
const SILENCE: Duration = Duration::from_secs(1);

/// What is held.
pub(crate) enum Lock {
    Session(SessionLock),
    Lease(Lease),
    /// The operating system's, where the server is this process.
    File(LockFile),
}

impl Lock {
    /// Waits for the lock.
    pub(crate) async fn take(
        session: &mut dyn Session,
        table: &HistoryTable,
        settings: &Settings,
    ) -> Result<Self, MigrateError> {
        let (started, timeout) = (Instant::now(), settings.lock_timeout);
        let mut has_told = false;
        let not_taken = || refused("the lock could not be taken");
        let lease = match settings.lease.filter(|_| table.engine.locks_sessions()) {
            Some(period) => {
                let lease = Lease::new(session, table, period).await;
                Some(lease.map_err(not_taken())?)
            }
            None => None,
        };
        loop {
            let attempt = attempt(session, table, lease.as_ref()).await;
            let held = match attempt.map_err(not_taken())? {
                Outcome::Taken(lock) => return Ok(lock),
                Outcome::Held(held) => held,
                Outcome::NoLocks(server) => return Err(MigrateError::NoLocks(server)),
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
            if waited >= SILENCE && !has_told {
                has_told = true;
                let holder = held.holder(session, table).await;
                let event = RunEvent::Waiting(holder.as_deref());
                settings.listener.tell(event);
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

    /// What is sent before a statement that only its holder may send; see [`Engine::held`](crate::engine::Engine::held).
    pub(crate) fn held(&self, table: &HistoryTable) -> String {
        match self {
            Self::Session(lock) => table.engine.held(lock),
            Self::Lease(_) | Self::File(_) => String::new(),
        }
    }

    /// Gives it back; see [`Engine::unlock`](crate::engine::Engine::unlock) for what is returned.
    pub(crate) async fn release(
        &self,
        session: &mut dyn Session,
        table: &HistoryTable,
    ) -> Result<Option<String>, ServerError> {
        match self {
            Self::Session(lock) => table.engine.unlock(session, lock).await,
            Self::Lease(lease) => lease.release(session).await.map(|()| None),
            Self::File(file) => file.release().map(|()| None),
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

/// How an attempt came out.
enum Outcome {
    Taken(Lock),
    Held(Held),
    NoLocks(&'static str),
}

async fn attempt(
    session: &mut dyn Session,
    table: &HistoryTable,
    lease: Option<&Lease>,
) -> Result<Outcome, ServerError> {
    // A file can be locked wherever it is; a lease would only be less than that.
    if let Some(place) = lock_file::place(session).await? {
        let taken = LockFile::try_take(&place)?.map(Lock::File);
        return Ok(taken.map_or(Outcome::Held(Held::File), Outcome::Taken));
    }
    if let Some(lease) = lease {
        let taken = lease.try_take(session).await?;
        let lease = lease.clone();
        return Ok(match taken {
            true => Outcome::Taken(Lock::Lease(lease)),
            false => Outcome::Held(Held::Lease(lease)),
        });
    }
    let attempt = table.engine.try_lock(session, table).await?;
    Ok(match attempt {
        Attempt::Taken(lock) => Outcome::Taken(Lock::Session(lock)),
        Attempt::Held(lock) => Outcome::Held(Held::Session(lock)),
        Attempt::NoLocks(server) => Outcome::NoLocks(server),
    })
}
