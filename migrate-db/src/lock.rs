//! The lock that keeps other runs out. It belongs to the session that runs the scripts, so that lock
//! and work end together.

use std::time::{Duration, Instant};

use crate::history::HistoryTable;
use crate::migrate_error::{Locked, MigrateError, refused};
use crate::session::Session;

/// How often a waiting run looks again.
pub(crate) const LOCK_POLL: Duration = Duration::from_millis(100);

/// Waits for the lock; returns what the server calls it.
pub(crate) async fn take(
    session: &mut dyn Session,
    table: &HistoryTable,
    timeout: Duration,
) -> Result<String, MigrateError> {
    let started = Instant::now();
    loop {
        let attempt = table.engine.try_lock(session, table).await;
        let attempt = attempt.map_err(refused("the lock could not be taken"))?;
        if attempt.taken {
            return Ok(attempt.lock);
        }
        let waited = started.elapsed();
        if waited >= timeout {
            let holder = holder(session, table, &attempt.lock).await;
            return Err(MigrateError::Locked(Locked { waited, holder }));
        }
        tokio::time::sleep(LOCK_POLL.min(timeout - waited)).await;
    }
}

/// Who has it, if that can be asked.
async fn holder(session: &mut dyn Session, table: &HistoryTable, lock: &str) -> Option<String> {
    let sql = table.engine.holder(lock)?;
    let rows = session.rows(&sql, &[]).await.ok()?;
    rows.into_iter().flatten().flatten().next()
}
