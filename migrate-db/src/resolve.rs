//! What a person found out of a script that was begun.

use crate::history::{HistoryRow, RevisionState};
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
        let resolved = self.resolve_locked(revision, resolution).await;
        self.unlock(
            &lock,
            resolved.transpose().unwrap_or_else(|| Err(nothing())),
        )
        .await
    }

    async fn resolve_locked(
        &mut self,
        revision: Option<&str>,
        resolution: Resolution,
    ) -> Result<Option<Unfinished>, MigrateError> {
        let standing = self.standing().await?;
        let mut rows = standing.rows().iter();
        let meant = |row: &&HistoryRow| revision.is_none_or(|id| id == row.revision);
        let found = rows.find_map(|row| Some((row, Unfinished::of(row)?)));
        let Some((row, unfinished)) = found.filter(|(row, _)| meant(row)) else {
            return Ok(None);
        };
        let sql = self.resolving(row, resolution);
        let done = self.session.execute(&sql).await;
        done.map_err(refused("the history table could not be written"))?;
        Ok(Some(unfinished))
    }

    fn resolving(&self, row: &HistoryRow, resolution: Resolution) -> String {
        let table = self.table.sql();
        let is = self.table.is(&row.revision);
        let took_effect = resolution == Resolution::Applied;
        if row.fingerprint.is_some() {
            let sums = row.done_checksum.as_deref().unwrap_or_default();
            let mut sums = sums.split_whitespace();
            let sum = if took_effect {
                sums.nth(1)
            } else {
                sums.next()
            };
            return format!(
                "UPDATE {table} SET statements_done = {}, fingerprint = NULL, done_checksum = '{}' \
                 WHERE {is}",
                row.statements_done + usize::from(took_effect),
                sum.unwrap_or_default(),
            );
        }
        if (row.state == RevisionState::Applying) == took_effect {
            return format!(
                "UPDATE {table} SET state = 'applied', statements_done = statements_total, \
                 done_checksum = NULL WHERE {is}"
            );
        }
        self.table.delete(&row.revision)
    }
}
