//! One stair: up, down and up again, with a look at the database before and after each step.

use migcheck_core::{Direction, Outcome, Script};
use migcheck_db::ScriptError;

use super::found::{Fault, Found};
use super::ground::Ground;
use super::{Next, Walk, touches};
use crate::error::RoundTripError;

/// What of a script is watched for the next look at the schema.
#[derive(Clone, Copy)]
enum Watch {
    Changes,
    Nothing,
}

impl Walk<'_> {
    /// Walks the stair at `at` from a database at its parents.
    pub(super) async fn stair(
        &mut self,
        ground: &mut Ground,
        at: usize,
        found: &mut Found,
    ) -> Result<Next, RoundTripError> {
        let course = self.course;
        let (revision, dialect) = (course.revision(at), course.server.dialect());

        found.notes.extend(self.joins.note(at).map(str::to_owned));

        // Before: S0.
        let at_parents = ground.schema(course).await?;
        let rows = self.rows_before(ground, at).await?;

        // Up: S1.
        let next = self.up(ground, at, Watch::Changes, found).await?;
        if !self.standing.applied[at] {
            return Ok(next);
        }
        let up = ground.schema(course).await?;
        touches::check(revision, &at_parents, &up, found);
        let made = self.rows_made(ground, at).await?;

        // Down: S2, which is to be S0.
        let Some(script) = revision.script(Direction::Down, dialect) else {
            let reason = revision.irreversible.as_deref();
            let reason = reason.unwrap_or("it has no down script");
            found.add(Fault::new(Outcome::Irreversible).reason(reason));
            return Ok(Next::Here);
        };
        let mut is_spoilt = false;
        if let Err(error) = ground.run(revision, script).await {
            if !ground.rows.are_there() {
                found.add(Fault::new(Outcome::DowngradeFails).error(error));
                // Also where the schema is what it was: rows may have been committed before the failure.
                return Ok(Next::Rebuilt);
            }
            self.empty(ground, at + 1).await?;
            if let Err(error) = ground.run(revision, script).await {
                found.add(Fault::new(Outcome::DowngradeFails).error(error));
                return Ok(Next::Rebuilt);
            }
            found.add(on_rows(error, "downgrade"));
            is_spoilt = true;
        }
        let left = ground.differs_from(&at_parents, course).await?;
        let is_clean = left.is_empty();
        found.difference(Outcome::DowngradeLeavesResidue, left);
        // They are not the same rows any more where a script was tried on empty tables.
        if let Some(rows) = rows.filter(|_| ground.rows.are_there()) {
            is_spoilt |= self.compare_rows(ground, &rows, is_clean, found).await?;
        }

        // Up again: S3, which is to be S1.
        let Some(script) = up_script(self, at) else {
            return Ok(Next::Here);
        };
        if let Err(error) = ground.run(revision, script).await {
            found.add(Fault::new(Outcome::ReUpgradeFails).error(error));
            return Ok(Next::Rebuilt);
        }
        let differs = ground.differs_from(&up, course).await?;

        // The next stair starts from what upgrades alone make: with their order of columns, and the rows
        // that have gone up with them.
        is_spoilt |= !differs.is_empty();
        // What a downgrade left behind is there after the next upgrade as well: one fault, not two.
        if is_clean {
            found.difference(Outcome::ReUpgradeDiffers, differs);
        }
        if let Some(made) = made.filter(|_| is_clean && !is_spoilt) {
            is_spoilt = self.compare_made(ground, &made, found).await?;
        }
        Ok(match is_spoilt {
            true => Next::Rebuilt,
            false => Next::Here,
        })
    }

    /// Up alone, where nobody looks at the schema.
    pub(super) async fn climb(
        &mut self,
        ground: &mut Ground,
        at: usize,
        found: &mut Found,
    ) -> Result<Next, RoundTripError> {
        self.up(ground, at, Watch::Nothing, found).await
    }

    async fn up(
        &mut self,
        ground: &mut Ground,
        at: usize,
        watch: Watch,
        found: &mut Found,
    ) -> Result<Next, RoundTripError> {
        let revision = self.course.revision(at);
        let Some(script) = up_script(self, at) else {
            self.standing.missing[at] = Some(at);
            let dialect = self.course.server.dialect();
            let reason = format!("it has no up script for {dialect}");
            found.add(Fault::new(Outcome::NotReached).reason(reason));
            return Ok(Next::Here);
        };
        let ran = match watch {
            Watch::Changes => ground.run(revision, script).await,
            Watch::Nothing => ground.climb(revision, script).await,
        };
        match ran {
            Ok(()) => {
                self.standing.applied[at] = true;
                Ok(Next::Here)
            }
            Err(error) => {
                if ground.rows.are_there() {
                    self.empty(ground, at).await?;
                    if self.blamed(at).is_none() && ground.run(revision, script).await.is_ok() {
                        found.add(on_rows(error, "upgrade"));
                        self.standing.fails_on_rows[at] = true;
                        self.standing.applied[at] = true;
                        return Ok(Next::Here);
                    }
                }
                found.add(Fault::new(Outcome::UpgradeFails).error(error));
                self.standing.missing[at] = Some(at);
                Ok(Next::Rebuilt)
            }
        }
    }
}

fn on_rows(error: ScriptError, step: &str) -> Fault {
    let reason = format!("the {step} passes on empty tables, and fails on those with rows in them");
    Fault::new(Outcome::FailsOnRows).error(error).reason(reason)
}

fn up_script<'a>(walk: &Walk<'a>, at: usize) -> Option<&'a Script> {
    let dialect = walk.course.server.dialect();
    walk.course.revision(at).script(Direction::Up, dialect)
}
