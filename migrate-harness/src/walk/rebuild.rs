//! Databases made by upgrades alone: what a stair starts from after one that was spoilt.

use migcheck_core::{Direction, Outcome};
use migcheck_db::ScriptError;

use super::Walk;
use super::found::Fault;
use super::ground::Ground;
use crate::error::RoundTripError;
use crate::scratch::Scratch;

/// A database that upgrades alone have made. It follows the walk, and is copied where one is needed,
/// so that every upgrade is run once more at most, however many stairs were spoilt.
pub(super) struct Base {
    scratch: Scratch,
    /// The place before which everything is in it.
    reached: usize,
}

impl Base {
    pub(super) async fn remove(self) -> Result<(), RoundTripError> {
        Ok(self.scratch.remove().await?)
    }
}

/// What upgrades alone came to.
enum Raised {
    To(Ground),
    /// The revision at this place was refused.
    Stuck(usize, ScriptError),
}

impl Walk<'_> {
    /// A database as upgrades alone make it of what is applied before the place `end`.
    pub(super) async fn rebuild(
        &mut self,
        old: Ground,
        end: usize,
    ) -> Result<Ground, RoundTripError> {
        old.remove().await?;
        self.raised(end).await
    }

    /// The same beside the one that is there.
    pub(super) async fn raised(&mut self, end: usize) -> Result<Ground, RoundTripError> {
        let server = self.course.server;
        loop {
            let (ground, start) = match self.base.take() {
                Some(base) => (Ground::of(self.course, base.scratch).await?, base.reached),
                None => (Ground::fresh(self.course).await?, 0),
            };
            let ground = match self.raise(ground, start, end).await? {
                Raised::To(ground) => ground,
                // Part of the script may stand; the next attempt begins without it.
                Raised::Stuck(at, error) => {
                    self.lose(at, error);
                    continue;
                }
            };
            let scratch = ground.leave().await?;
            return Ok(match server.scratch_like(&scratch).await? {
                Some(copy) => {
                    self.base = Some(Base {
                        scratch,
                        reached: end,
                    });
                    Ground::of(self.course, copy).await?
                }
                None => Ground::of(self.course, scratch).await?,
            });
        }
    }

    /// Runs the up scripts of what is applied between `start` and `end`.
    async fn raise(
        &self,
        mut ground: Ground,
        start: usize,
        end: usize,
    ) -> Result<Raised, RoundTripError> {
        let dialect = self.course.server.dialect();
        for at in start..end {
            let revision = self.course.revision(at);
            let script = revision.script(Direction::Up, dialect);
            if let Some(script) = script.filter(|_| self.standing.applied[at])
                && let Err(error) = ground.climb(revision, script).await
            {
                ground.remove().await?;
                return Ok(Raised::Stuck(at, error));
            }
        }
        Ok(Raised::To(ground))
    }

    /// An upgrade that passed at its own turn fails now: it depends on more than the revisions
    /// before it. What builds on it cannot be reached any more.
    fn lose(&mut self, at: usize, error: ScriptError) {
        let dependents = self.course.graph.with_dependents(&[at]);
        for (place, _) in dependents.iter().enumerate().filter(|(_, lost)| **lost) {
            if std::mem::take(&mut self.standing.applied[place]) {
                self.standing.missing[place] = Some(at);
            }
        }
        let reason = "it passed at its own turn, and fails in a second database that only the upgrades before it \
                      made: it needs or makes something outside of its database, or that a downgrade leaves";
        self.late(
            at,
            Fault::new(Outcome::ReUpgradeFails)
                .error(error)
                .reason(reason),
        );
    }
}
