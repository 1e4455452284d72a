//! Recording what was not run here: `stamp`, and the end of `adopt` and `identify`.

use std::collections::BTreeSet;
use std::time::Duration;

use migcheck_core::{Direction, Plan, Target};

use crate::advice::CANNOT_WRITE;
use crate::history::Progress;
use crate::lock::Lock;
use crate::migrate_error::{MigrateError, refused};
use crate::migrator::{Report, StepReport};
use crate::run::Run;
use crate::standing::Standing;

/// What is to be recorded.
enum Stamp<'a> {
    At { target: &'a Target, purge: bool },
    Revisions(&'a [String]),
}

impl Run<'_> {
    pub(crate) async fn stamp(
        mut self,
        target: &Target,
        purge: bool,
    ) -> Result<Report, MigrateError> {
        self.stamp_all(&Stamp::At { target, purge }).await
    }

    pub(crate) async fn stamp_revisions(mut self, ids: &[String]) -> Result<Report, MigrateError> {
        self.stamp_all(&Stamp::Revisions(ids)).await
    }

    async fn stamp_all(&mut self, stamp: &Stamp<'_>) -> Result<Report, MigrateError> {
        let lock = self.lock().await?;
        let stamped = self.stamp_locked(&lock, stamp).await;
        self.unlock(&lock, stamped).await
    }

    async fn stamp_locked(
        &mut self,
        lock: &Lock,
        stamp: &Stamp<'_>,
    ) -> Result<Report, MigrateError> {
        self.ensure_history(lock, false).await?;
        self.begin().await?;
        let stamped = self.stamp_open(lock, stamp).await;
        self.end(stamped, CANNOT_WRITE).await
    }

    async fn stamp_open(&mut self, lock: &Lock, stamp: &Stamp<'_>) -> Result<Report, MigrateError> {
        let mut sql = Vec::new();
        let mut applied = vec![false; self.graph.len()];
        let standing = self.standing().await?;
        let purges = matches!(stamp, Stamp::At { purge: true, .. });
        if purges {
            // All of them; servers in safe mode want to hear of a key.
            sql.push(format!(
                "DELETE FROM {} WHERE revision >= ''",
                self.table.sql()
            ));
        } else {
            standing.check(self.settings.allow_ahead)?;
            standing.check_unfinished(|_, _| false)?;
            if let Stamp::At { target, .. } = stamp {
                standing.check_order_for(self.graph, target)?;
            }
            applied.clone_from(&standing.applied);
        }
        let mut steps = Vec::new();
        for step in self.plan_stamp(&applied, stamp)?.steps {
            let Some(revision) = self.graph.get(step.revision) else {
                continue;
            };
            let up = step.direction == Direction::Up;
            sql.push(match up {
                true => {
                    let progress = Progress::applied(0, Duration::ZERO);
                    self.table.insert(&self.entry(revision)?, &progress)
                }
                false => self.table.delete(revision.id.as_str()),
            });
            applied[step.revision] = up;
            steps.push(recorded(revision.id.as_str(), step.direction));
        }
        if purges {
            steps.splice(0..0, forgotten(&standing, &steps));
            if let Some(half) = standing.unfinished()
                && let Some(step) = steps.iter_mut().find(|step| step.revision == half.revision)
            {
                step.notes
                    .push(format!("{half}; what they did is there still"));
            }
        }
        for batch in sql.chunks(BATCH) {
            let sql = format!("{}{}", lock.held(&self.table), batch.join("; "));
            let done = self.session.execute(&sql).await;
            done.map_err(refused(CANNOT_WRITE))?;
        }
        Ok(self.report(steps, &applied))
    }

    fn plan_stamp(&self, applied: &[bool], stamp: &Stamp<'_>) -> Result<Plan, MigrateError> {
        match stamp {
            Stamp::At { target, .. } => Ok(self.graph.plan(applied, target)?),
            Stamp::Revisions(ids) => {
                let recorded = (0..applied.len())
                    .filter(|at| applied[*at])
                    .collect::<Vec<_>>();
                let all = self
                    .graph
                    .ids(&recorded)
                    .into_iter()
                    .chain(ids.iter().cloned());
                let wanted = self.graph.applied(all)?;
                let missing = (0..applied.len()).filter(|at| wanted[*at] && !applied[*at]);
                let up = |revision| migcheck_core::Step {
                    revision,
                    direction: Direction::Up,
                };
                Ok(Plan {
                    steps: missing.map(up).collect(),
                })
            }
        }
    }
}

/// What becomes of a row, as a step that took no time.
fn recorded(revision: &str, direction: Direction) -> StepReport {
    StepReport {
        revision: revision.to_owned(),
        direction,
        took: Duration::ZERO,
        notes: Vec::new(),
    }
}

/// The rows of a purged history that are not recorded anew, the newest first.
fn forgotten(standing: &Standing, anew: &[StepReport]) -> Vec<StepReport> {
    let anew: BTreeSet<&str> = anew.iter().map(|step| &*step.revision).collect();
    let rows = standing.rows().iter().rev();
    let gone = rows.filter(|row| !anew.contains(&*row.revision));
    gone.map(|row| recorded(&row.revision, Direction::Down))
        .collect()
}

/// How many rows are written at once.
const BATCH: usize = 100;
