//! What a person found out of a script that was begun.

use std::time::Duration;

use crate::history::{HistoryRow, Progress, RevisionState};
use crate::journal::THROUGH;
use crate::lock::Lock;
use crate::migrate_error::{MigrateError, refused};
use crate::run::Run;
use crate::status::{Resolution, Unfinished};

impl Run<'_> {
    pub(crate) async fn resolve(
        mut self,
        revision: Option<&str>,
        resolution: Resolution,
    ) -> Result<Unfinished, MigrateError> {
        let nothing = || MigrateError::NothingUnfinished(revision.map(str::to_owned));
        // Before the lock is taken, which is refused to whoever may only read.
        if self.standing().await?.unfinished().is_none() {
            return Err(nothing());
        }
        let lock = self.lock().await?;
        let resolved = self.resolve_locked(&lock, revision, resolution).await;
        self.unlock(
            &lock,
            resolved.transpose().unwrap_or_else(|| Err(nothing())),
        )
        .await
    }

    async fn resolve_locked(
        &mut self,
        lock: &Lock,
        revision: Option<&str>,
        resolution: Resolution,
    ) -> Result<Option<Unfinished>, MigrateError> {
        let standing = self.standing().await?;
        let mut rows = standing.rows().iter();
        let meant = |row: &&HistoryRow| revision.is_none_or(|id| id == row.revision);
        let found = rows.find(|row| row.state.unfinished().is_some());
        let (Some(row), Some(unfinished)) = (found.filter(meant), standing.unfinished()) else {
            return Ok(None);
        };
        let took_effect = matches!(resolution, Resolution::Applied | Resolution::ScriptApplied);
        let sql = match resolution {
            Resolution::Applied | Resolution::NotApplied if row.fingerprint.is_some() => {
                self.statement_resolved(row, took_effect)
            }
            // What is asked again is not meant of all the statements that were never run.
            Resolution::Applied | Resolution::NotApplied => {
                return Err(MigrateError::NothingInDoubt(unfinished));
            }
            Resolution::ScriptApplied | Resolution::ScriptNotApplied => {
                self.script_resolved(row, took_effect)?
            }
        };
        let sql = format!("{}{sql}", lock.held(&self.table));
        let done = self.session.execute(&sql).await;
        done.map_err(refused("the history table could not be written"))?;
        Ok(Some(unfinished))
    }

    fn statement_resolved(&self, row: &HistoryRow, took_effect: bool) -> String {
        let sums = row.done_checksum.as_deref().unwrap_or_default();
        let mut words = sums.split_whitespace();
        // Under locks it is all of what ran until they were unlocked.
        let locked = words.clone().find_map(|word| {
            let (through, sum) = word.strip_prefix(THROUGH)?.split_once(':')?;
            Some((through.parse().ok()?, sum))
        });
        let (done, sum) = match locked.filter(|_| took_effect) {
            Some((through, sum)) => (through, Some(sum)),
            None => (
                row.statements_done + usize::from(took_effect),
                words.nth(usize::from(took_effect)),
            ),
        };
        format!(
            "UPDATE {} SET statements_done = {}, fingerprint = NULL, done_checksum = '{}' WHERE {}",
            self.table.sql(),
            done,
            sum.unwrap_or_default(),
            self.table.is(&row.revision)
        )
    }

    fn script_resolved(&self, row: &HistoryRow, took_effect: bool) -> Result<String, MigrateError> {
        if (row.state == RevisionState::Applying) != took_effect {
            return Ok(self.table.delete(&row.revision));
        }
        let known = self.graph.position(&row.revision);
        let entry = match known.and_then(|at| self.graph.get(at)) {
            // With its down script, which is written at the end of an up script.
            Some(revision) if row.state == RevisionState::Applying => Some(self.entry(revision)?),
            _ => None,
        };
        Ok(match entry {
            Some(entry) => {
                let progress = Progress::applied(row.statements_total, Duration::ZERO);
                self.table.upsert(&[(&entry, &progress)])
            }
            None => format!(
                "UPDATE {} SET state = 'applied', statements_done = statements_total, \
                 fingerprint = NULL, done_checksum = NULL WHERE {}",
                self.table.sql(),
                self.table.is(&row.revision)
            ),
        })
    }
}
