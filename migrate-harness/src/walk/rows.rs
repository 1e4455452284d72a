//! Rows in the tables of a walk: made after each upgrade, so that they are there before the next.
//!
//! They go through the history as an application's would, in a database that is made anew as well. A
//! script is tried on empty tables in one that upgrades alone have made.

use migcheck_core::{Direction, Outcome};
use migcheck_db::ServerError;

use super::Walk;
use super::found::{Fault, Found};
use super::ground::Ground;
use crate::error::RoundTripError;
use crate::rows::{Before, Made, Scope};

/// Losses that are told of one stair.
const TOLD: usize = 5;

impl Walk<'_> {
    /// What every successful upgrade is followed by: the revision's fixture, then rows for the tables
    /// without any.
    pub(super) async fn settle(
        &mut self,
        ground: &mut Ground,
        at: usize,
        found: &mut Found,
    ) -> Result<(), RoundTripError> {
        let course = self.course;
        let revision = course.revision(at);
        if let Some(fixture) = course.graph.fixture(at, course.server.dialect()) {
            match ground.climb(revision, fixture).await {
                Ok(()) => ground.rows.has_fixture(),
                Err(error) => found.add(Fault::new(Outcome::FixtureFails).error(error)),
            }
        }
        let scope = self.reach(at, &[Direction::Up]);
        self.fill(ground, &scope, found).await
    }

    /// Fills tables, and tells once of those that cannot be filled.
    pub(super) async fn fill(
        &mut self,
        ground: &mut Ground,
        scope: &Scope,
        found: &mut Found,
    ) -> Result<(), RoundTripError> {
        let filled = ground.rows.fill(&mut *ground.session, scope).await;
        for unfilled in filled.map_err(|error| self.unread(error))? {
            let note = format!("no rows in `{}`: {}", unfilled.table, unfilled.reason);
            if self.unfilled.insert(unfilled.table) {
                found.notes.push(note);
            }
        }
        Ok(())
    }

    /// What the scripts at `at` can reach, before they run.
    pub(super) async fn rows_before(
        &self,
        ground: &mut Ground,
        at: usize,
    ) -> Result<Option<Before>, RoundTripError> {
        if !ground.rows.are_there() {
            return Ok(None);
        }
        let scope = self.reach(at, &[Direction::Up, Direction::Down]);
        let before = ground.rows.before(&mut *ground.session, scope).await;
        before.map(Some).map_err(|error| self.unread(error))
    }

    /// Finds what of the rows is gone after the downgrade; returns whether anything is.
    pub(super) async fn compare_rows(
        &mut self,
        ground: &mut Ground,
        before: &Before,
        is_same_schema: bool,
        found: &mut Found,
    ) -> Result<bool, RoundTripError> {
        let losses = ground
            .rows
            .losses(&mut *ground.session, before, is_same_schema)
            .await;
        let losses = losses.map_err(|error| self.unread(error))?;
        let is_anything_lost = !losses.is_empty();
        let more = losses.len().saturating_sub(TOLD);
        for (number, loss) in losses.into_iter().take(TOLD).enumerate() {
            let outcome = if loss.is_of_rows {
                Outcome::LosesRows
            } else {
                Outcome::LosesValues
            };
            let rest = match more {
                0 => String::new(),
                more if number + 1 == TOLD => format!("; and {more} more losses in this stair"),
                _ => String::new(),
            };
            found.add(Fault::new(outcome).reason(format!("{}{rest}", loss.text)));
        }
        Ok(is_anything_lost)
    }

    /// What the upgrade at `at` made of the rows, where its scripts may write any.
    pub(super) async fn rows_made(
        &self,
        ground: &mut Ground,
        at: usize,
    ) -> Result<Option<Made>, RoundTripError> {
        if !ground.rows.are_wanted() {
            return Ok(None);
        }
        let (revision, dialect) = (self.course.revision(at), self.course.server.dialect());
        let scripts = [Direction::Up, Direction::Down];
        let scripts = scripts.map(|direction| revision.script(direction, dialect));
        let scripts: Vec<&str> = scripts
            .iter()
            .flatten()
            .map(|script| &*script.source.text)
            .collect();
        let made = ground.rows.made(&mut *ground.session, &scripts).await;
        made.map_err(|error| self.unread(error))
    }

    /// Finds what the second upgrade made otherwise of the rows; returns whether anything is.
    pub(super) async fn compare_made(
        &mut self,
        ground: &mut Ground,
        made: &Made,
        found: &mut Found,
    ) -> Result<bool, RoundTripError> {
        let differing = ground.rows.made_otherwise(&mut *ground.session, made).await;
        let differing = differing.map_err(|error| self.unread(error))?;
        let Some(first) = differing.first() else {
            return Ok(false);
        };
        let rest = match differing.len() - 1 {
            0 => String::new(),
            more => format!("; and {more} more such tables in this stair"),
        };
        found.add(Fault::new(Outcome::ReUpgradeDiffers).reason(format!("{first}{rest}")));
        Ok(true)
    }

    /// Goes on in a database without rows, at what is applied before the place `end`.
    pub(super) async fn empty(
        &mut self,
        ground: &mut Ground,
        end: usize,
    ) -> Result<(), RoundTripError> {
        let bare = self.bare(end).await?;
        std::mem::replace(ground, bare).remove().await
    }

    fn reach(&self, at: usize, directions: &[Direction]) -> Scope {
        let revision = self.course.revision(at);
        let mut scope = Scope::none();
        for direction in directions {
            if let Some(script) = revision.script(*direction, self.course.server.dialect()) {
                scope.add(Scope::of(&script.source.text));
            }
        }
        scope
    }

    fn unread(&self, error: ServerError) -> RoundTripError {
        RoundTripError::Rows {
            server: self.course.server.name().to_owned(),
            error,
        }
    }
}
