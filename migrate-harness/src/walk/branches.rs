//! Merges, down to each of their parents alone.
//!
//! Stair by stair every downgrade is tried where everything before it in the order of the walk is
//! applied. A database that went along another branch first has the revisions in another order, and
//! one that goes down to one parent of a merge keeps that parent's branch and loses the others. So
//! for each parent of a merge, in a database of upgrades alone: down to where the branches part,
//! up the parent's branch, up the others on top of it, and down these again.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use migcheck_core::{Direction, Outcome};
use migcheck_db::{SchemaDiff, ScriptError, Snapshot, snapshot::ObjectKind};

use super::Walk;
use super::found::Fault;
use super::ground::Ground;
use super::joins::{Join, Joins};
use crate::error::RoundTripError;

/// Why a join is not walked on: a fault of the revision at a place, or nothing that could be told.
type Stopped = Option<(usize, Fault)>;

impl Walk<'_> {
    /// Walks the branches of every merge of the share; what is found is told late.
    pub(super) async fn branches(&mut self) -> Result<(), RoundTripError> {
        let mut joins = std::mem::take(&mut self.joins.walked);
        joins.retain(|join| self.share.has(join.merge) && self.can_go_down(join));
        let mut tried = tried_by(&joins);
        let mut ground: Option<Ground> = None;
        let mut at = 0;
        while let Some(join) = joins.pop_front() {
            let mut here = match ground.take() {
                Some(here) => here,
                None => match self.climbed(at).await? {
                    Some(anew) => anew,
                    // It needs or makes something outside of its database.
                    None => return Ok(()),
                },
            };
            let mut is_sound = true;
            while is_sound && at < join.merge {
                if tried.contains(&at) {
                    is_sound = self.is_sound(&mut here, at).await?;
                } else if !self.goes_up(&mut here, at).await {
                    return here.remove().await;
                }
                at += 1;
            }
            if is_sound && self.walk_join(&mut here, &join).await? {
                ground = Some(here);
                continue;
            }
            if !is_sound {
                // Its own stair tells; nothing is to be said of it in another order.
                joins.push_front(join);
                joins.retain(|join| !join.all.contains(&(at - 1)));
                tried = tried_by(&joins);
            }
            here.remove().await?;
        }
        match ground {
            Some(ground) => ground.remove().await,
            None => Ok(()),
        }
    }

    /// Whether everything was applied, and has a way down.
    fn can_go_down(&self, join: &Join) -> bool {
        let dialect = self.course.server.dialect();
        let has_down = |at: &usize| {
            let revision = self.course.revision(*at);
            revision.script(Direction::Down, dialect).is_some()
        };
        self.standing.applied[join.merge] && join.all.iter().all(has_down)
    }

    /// A new database with everything that is applied before the place `end`.
    async fn climbed(&self, end: usize) -> Result<Option<Ground>, RoundTripError> {
        let mut ground = Ground::fresh(self.course).await?;
        for at in 0..end {
            if !self.goes_up(&mut ground, at).await {
                ground.remove().await?;
                return Ok(None);
            }
        }
        Ok(Some(ground))
    }

    async fn goes_up(&self, ground: &mut Ground, at: usize) -> bool {
        let revision = self.course.revision(at);
        let script = revision.script(Direction::Up, self.course.server.dialect());
        match script.filter(|_| self.standing.applied[at]) {
            Some(script) => ground.climb(revision, script).await.is_ok(),
            None => true,
        }
    }

    /// Goes up; false if the revision does not come back from its own stair as it should.
    async fn is_sound(&self, ground: &mut Ground, at: usize) -> Result<bool, RoundTripError> {
        let before = ground.schema(self.course).await?;
        if self.step(ground, at, Direction::Up).await.is_err() {
            return Ok(false);
        }
        let up = ground.schema(self.course).await?;
        Ok(self.step(ground, at, Direction::Down).await.is_ok()
            && self.differs(ground, &before).await?.is_empty()
            && self.step(ground, at, Direction::Up).await.is_ok()
            && self.differs(ground, &up).await?.is_empty())
    }

    /// Returns whether the database is as it was.
    async fn walk_join(
        &mut self,
        ground: &mut Ground,
        join: &Join,
    ) -> Result<bool, RoundTripError> {
        match self.in_every_order(ground, join).await? {
            Ok(()) => Ok(true),
            Err(stopped) => {
                if let Some((at, fault)) = stopped {
                    self.late(at, fault);
                }
                Ok(false)
            }
        }
    }

    async fn in_every_order(
        &self,
        ground: &mut Ground,
        join: &Join,
    ) -> Result<Result<(), Stopped>, RoundTripError> {
        let before = ground.schema(self.course).await?;
        let on_top = self.on_top_of(join);
        if !self.all(ground, on_top.iter().rev(), Direction::Down).await {
            return Ok(Err(None));
        }
        let joined = ground.schema(self.course).await?;
        if !self
            .all(ground, join.all.iter().rev(), Direction::Down)
            .await
        {
            return Ok(Err(None));
        }
        for branch in &join.branches {
            let others = join.besides(branch);
            // Where that is the order of the walk, the stairs have shown it.
            if branch.last() > others.first()
                && let Err(stopped) = self
                    .one_first(ground, join, branch, &others, &joined)
                    .await?
            {
                return Ok(Err(Some(stopped)));
            }
        }
        let up = join.all.iter().chain(&on_top);
        if !self.all(ground, up, Direction::Up).await {
            return Ok(Err(None));
        }
        let is_as_it_was = self.differs(ground, &before).await?.is_empty();
        Ok(is_as_it_was.then_some(()).ok_or(None))
    }

    /// Up `branch`, the `others` on top of it, and down again.
    async fn one_first(
        &self,
        ground: &mut Ground,
        join: &Join,
        branch: &[usize],
        others: &[usize],
        joined: &Snapshot,
    ) -> Result<Result<(), (usize, Fault)>, RoundTripError> {
        let name = |at: Option<&usize>| match at {
            Some(at) => format!("`{}`", self.course.revision(*at).id),
            None => "nothing".to_owned(),
        };
        let (first, other) = (name(branch.last()), name(others.last()));
        let merge = name(Some(&join.merge));
        let fails = |at: usize, outcome, error, reason: String| {
            let fault = Fault::new(outcome).error(error).reason(reason);
            Ok(Err((at, fault)))
        };
        for at in branch {
            if let Err(error) = self.step(ground, *at, Direction::Up).await {
                let reason = format!(
                    "it passes after {other}, and fails without: it needs what it neither revises nor depends on \
                     ({merge} joins the two)"
                );
                return fails(*at, Outcome::ReUpgradeFails, error, reason);
            }
        }
        let after = format!("where {first} was applied first, which {merge} joins with it");
        let fails_after = format!("it passes in the order of the walk, and fails {after}");
        let mut states: Vec<Arc<Snapshot>> = Vec::new();
        for at in others {
            states.push(ground.schema(self.course).await?);
            if let Err(error) = self.step(ground, *at, Direction::Up).await {
                return fails(*at, Outcome::ReUpgradeFails, error, fails_after);
            }
        }
        let differs = self.differs(ground, joined).await?;
        if !differs.is_empty() {
            let reason = format!(
                "its branches do not commute: with {other} applied after {first} the schema is another one"
            );
            let fault = Fault::new(Outcome::ReUpgradeDiffers);
            return Ok(Err((join.merge, fault.diff(differs).reason(reason))));
        }
        for (at, before) in others.iter().zip(&states).rev() {
            if let Err(error) = self.step(ground, *at, Direction::Down).await {
                return fails(*at, Outcome::DowngradeFails, error, fails_after);
            }
            let left = self.differs(ground, before).await?;
            if !left.is_empty() {
                let reason = format!("all comes back in the order of the walk, and not {after}");
                let fault = Fault::new(Outcome::DowngradeLeavesResidue);
                return Ok(Err((*at, fault.diff(left).reason(reason))));
            }
        }
        for at in branch.iter().rev() {
            if let Err(error) = self.step(ground, *at, Direction::Down).await {
                let reason = format!("it passes where {other} is applied, and fails without");
                return fails(*at, Outcome::DowngradeFails, error, reason);
            }
        }
        Ok(Ok(()))
    }

    /// What else is applied before the merge and builds on its branches, in order.
    fn on_top_of(&self, join: &Join) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for at in join.all.first().map_or(join.merge, |first| first + 1)..join.merge {
            let is_of = |before: usize| join.all.contains(&before) || found.contains(&before);
            let mut before = self.course.revision(at).prerequisites();
            if self.standing.applied[at] && !join.all.contains(&at) && before.any(is_of) {
                found.push(at);
            }
        }
        found
    }

    async fn step(
        &self,
        ground: &mut Ground,
        at: usize,
        direction: Direction,
    ) -> Result<(), ScriptError> {
        let revision = self.course.revision(at);
        match revision.script(direction, self.course.server.dialect()) {
            Some(script) => ground.run(revision, script).await,
            None => Ok(()),
        }
    }

    /// One after the other; false where one fails or has no script that way.
    async fn all<'p>(
        &self,
        ground: &mut Ground,
        places: impl Iterator<Item = &'p usize>,
        direction: Direction,
    ) -> bool {
        for at in places {
            let revision = self.course.revision(*at);
            let script = revision.script(direction, self.course.server.dialect());
            if script.is_none() || self.step(ground, *at, direction).await.is_err() {
                return false;
            }
        }
        true
    }

    /// What differs, but for the order of columns, which is that of the upgrades.
    async fn differs(
        &self,
        ground: &mut Ground,
        before: &Snapshot,
    ) -> Result<SchemaDiff, RoundTripError> {
        let mut found = ground.differs_from(before, self.course).await?;
        let is_order = |kind| matches!(kind, ObjectKind::ColumnOrder);
        found.changes.retain(|change| !is_order(change.object.kind));
        Ok(found)
    }
}

/// The revisions whose own stairs have to be sound.
fn tried_by(joins: &VecDeque<Join>) -> HashSet<usize> {
    let all = joins.iter().flat_map(|join| &join.all);
    all.copied().collect()
}

impl Joins {
    /// What is to be said of a merge that is not walked.
    pub(super) fn note(&self, at: usize) -> Option<&'static str> {
        let is_too_long = self.too_long.contains(&at);
        is_too_long.then_some("its branches are too long to be walked one without the other")
    }
}
