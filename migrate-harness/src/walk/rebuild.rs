//! Databases made by upgrades alone: what a stair starts from after one that was spoilt.

use migcheck_core::{Direction, Outcome};
use migcheck_db::ScriptError;

use super::Walk;
use super::found::{Fault, Found};
use super::ground::{Course, Ground};
use crate::error::RoundTripError;
use crate::rows::Rows;
use crate::scratch::Scratch;

/// A database that upgrades alone have made. It follows the walk, and is copied where one is needed,
/// so that every upgrade is run once more at most, however many stairs were spoilt.
pub(super) struct Base {
    scratch: Scratch,
    rows: Rows,
    /// The place before which everything is in it.
    reached: usize,
}

impl Base {
    /// The database to go on with, and where; an empty one where there is none yet.
    async fn enter(
        base: Option<Self>,
        course: Course<'_>,
    ) -> Result<(Ground, usize), RoundTripError> {
        Ok(match base {
            Some(base) => {
                let ground = Ground::of(course, base.scratch, base.rows).await?;
                (ground, base.reached)
            }
            None => (Ground::fresh(course).await?, 0),
        })
    }

    /// A copy of the database, which stays as the base; where the server cannot copy, the database
    /// itself, and no base.
    async fn copied(
        ground: Ground,
        reached: usize,
        course: Course<'_>,
    ) -> Result<(Ground, Option<Self>), RoundTripError> {
        let (scratch, rows) = ground.leave().await;
        Ok(match course.server.scratch_like(&scratch).await? {
            Some(copy) => {
                let ground = Ground::of(course, copy, rows.clone()).await?;
                let base = Self {
                    scratch,
                    rows,
                    reached,
                };
                (ground, Some(base))
            }
            None => (Ground::of(course, scratch, rows).await?, None),
        })
    }

    pub(super) async fn remove(self) -> Result<(), RoundTripError> {
        Ok(self.scratch.remove().await?)
    }
}

impl Walk<'_> {
    /// A database as it would be, had the walk only gone up before the place `end`.
    pub(super) async fn rebuild(
        &mut self,
        old: Ground,
        end: usize,
    ) -> Result<Ground, RoundTripError> {
        old.remove().await?;
        'anew: loop {
            let (mut ground, start) = self.beginning(end).await?;
            for at in start..end {
                if !self.standing.applied[at] {
                    continue;
                }
                // Whatever is found here was told at its turn, but for a refusal.
                let mut found = Found::default();
                self.climb(&mut ground, at, &mut found).await?;
                if self.standing.missing[at].is_some() {
                    ground.remove().await?;
                    let error = found.faults.into_iter().find_map(|fault| fault.error);
                    self.lose(at, error);
                    continue 'anew;
                }
                self.settle(&mut ground, at, &mut found).await?;
                let of_fixture = |fault: &Fault| fault.outcome == Outcome::FixtureFails;
                for fault in found.faults.into_iter().filter(of_fixture) {
                    // Where the stair was spoilt its fixture has not been tried.
                    self.late(at, fault);
                }
            }
            let (ground, base) = Base::copied(ground, end, self.course).await?;
            self.base = base;
            return Ok(ground);
        }
    }

    /// What a database that is made anew begins with, and the place to go on from. An upgrade that
    /// fails on rows is known to; the walk went on without them there.
    async fn beginning(&mut self, end: usize) -> Result<(Ground, usize), RoundTripError> {
        let mut on_rows = self.standing.fails_on_rows[..end].iter();
        let last = on_rows.rposition(|fails| *fails);
        let base = self.base.take();
        let Some(last) = last.filter(|last| base.as_ref().is_none_or(|base| base.reached <= *last))
        else {
            return Base::enter(base, self.course).await;
        };
        if let Some(base) = base {
            base.remove().await?;
        }
        let mut ground = self.bare(last + 1).await?;
        if self.standing.applied[last] {
            self.settle(&mut ground, last, &mut Found::default())
                .await?;
        }
        Ok((ground, last + 1))
    }

    /// The same without rows, beside the one that is there.
    pub(super) async fn bare(&mut self, end: usize) -> Result<Ground, RoundTripError> {
        let dialect = self.course.server.dialect();
        'anew: loop {
            // What has gone further cannot go back, and is wanted again.
            let (further, base) = match self.bare.take() {
                Some(base) if base.reached > end => (Some(base), None),
                base => (None, base),
            };
            let (mut ground, start) = Base::enter(base, self.course).await?;
            for at in start..end {
                let revision = self.course.revision(at);
                let script = revision.script(Direction::Up, dialect);
                let script = script.filter(|_| self.standing.applied[at]);
                if let Some(script) = script
                    && let Err(error) = ground.climb(revision, script).await
                {
                    // Part of the script may stand; the next attempt begins without it.
                    ground.remove().await?;
                    self.bare = further;
                    self.lose(at, Some(error));
                    continue 'anew;
                }
            }
            ground.rows.start_over();
            if further.is_some() {
                self.bare = further;
                return Ok(ground);
            }
            let (ground, base) = Base::copied(ground, end, self.course).await?;
            self.bare = base;
            return Ok(ground);
        }
    }

    /// An upgrade that passed at its own turn fails now: it depends on more than the revisions
    /// before it. What builds on it cannot be reached any more.
    fn lose(&mut self, at: usize, error: Option<ScriptError>) {
        let dependents = self.course.graph.with_dependents(&[at]);
        for (place, _) in dependents.iter().enumerate().filter(|(_, lost)| **lost) {
            if std::mem::take(&mut self.standing.applied[place]) {
                self.standing.missing[place] = Some(at);
            }
        }
        let reason = "it passed at its own turn, and fails in a second database that only the upgrades before it \
                      made: it needs or makes something outside of its database, or that a downgrade leaves";
        let fault = Fault {
            error,
            ..Fault::new(Outcome::ReUpgradeFails).reason(reason)
        };
        self.late(at, fault);
    }
}
