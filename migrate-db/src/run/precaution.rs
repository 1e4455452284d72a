//! The backup before something is taken away: while the lock is held, so that no other run comes in
//! between, and before anything is changed.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use migcheck_core::{Direction, Plan, Target, is_destructive};

use super::Run;
use crate::lock::Lock;
use crate::migrate_error::{MigrateError, refused};

/// How often a session says something that waits for a backup: what is in between, or the server
/// itself, ends connections that are silent for long.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);

impl Run<'_> {
    /// Makes a backup, if one is wanted and the run will take something away.
    pub(super) async fn back_up_first(
        &mut self,
        lock: &Lock,
        target: &Target,
        direction: Direction,
    ) -> Result<(), MigrateError> {
        let Some(backup) = self.settings.backup.clone() else {
            return Ok(());
        };
        // What would stop the run needs no backup either.
        let planned = self.planned(target, direction).await?;
        if planned.foreign.is_empty() && !self.takes_away(&planned.plan) {
            return Ok(());
        }
        if planned.standing.history.is_none() && direction == Direction::Up {
            self.refuse_strangers().await?;
        }
        let made = self.keep(lock, Box::pin(backup.make())).await?;
        made.map_err(|error| MigrateError::Backup(Box::new(error)))
    }

    /// Every step down does: what it drops is what the way up made, with the rows that came since.
    fn takes_away(&self, plan: &Plan) -> bool {
        let dialect = self.session.dialect();
        plan.steps.iter().any(|step| {
            let revision = self.graph.get(step.revision);
            let script = revision.and_then(|revision| revision.script(step.direction, dialect));
            step.direction == Direction::Down
                || script.is_some_and(|script| is_destructive(&script.source.text, dialect))
        })
    }

    /// Waits for what is done on other connections, and holds the lock meanwhile.
    async fn keep<T>(
        &mut self,
        lock: &Lock,
        work: impl Future<Output = T>,
    ) -> Result<T, MigrateError> {
        let mut work = pin!(work);
        let lease = lock.lease();
        let period = lease.map_or(SIGN_OF_LIFE, |lease| SIGN_OF_LIFE.min(lease.period() / 3));
        loop {
            if let Ok(done) = tokio::time::timeout(period, work.as_mut()).await {
                return Ok(done);
            }
            let alive = match lease {
                Some(lease) => lease.renew(self.session).await,
                None => {
                    let sql = format!("{}SELECT 1", lock.held(&self.table));
                    self.session.execute(&sql).await.map(|_| true)
                }
            };
            match alive.map_err(refused("the lock was lost while the backup was made"))? {
                true => {}
                false => return Err(MigrateError::LeaseLost),
            }
        }
    }
}
