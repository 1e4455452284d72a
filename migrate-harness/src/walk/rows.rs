//! Rows in the tables of a walk: made after each upgrade, so that they are there before the next.
//!
//! They go through the history as an application's would. A database that upgrades alone have made
//! holds none of them, which is how a script is tried on empty tables.

use migcheck_core::{Direction, Outcome};
use migcheck_db::ServerError;

use super::Walk;
use super::found::{Fault, Found};
use super::ground::Ground;
use crate::error::RoundTripError;
use crate::rows::{Before, Scope};

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
            let ran = ground.climb(revision, fixture).await;
            ran.map_err(|error| RoundTripError::Fixture {
                server: course.server.name().to_owned(),
                error: Box::new(error),
            })?;
            self.rows.has_fixture();
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
        let filled = self.rows.fill(&mut *ground.session, scope).await;
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
        if !self.rows.are_there() {
            return Ok(None);
        }
        let scope = self.reach(at, &[Direction::Up, Direction::Down]);
        let before = self.rows.before(&mut *ground.session, scope).await;
        before.map(Some).map_err(|error| self.unread(error))
    }

    /// Finds what of the rows is gone after the downgrade.
    pub(super) async fn compare_rows(
        &mut self,
        ground: &mut Ground,
        before: &Before,
        is_same_schema: bool,
        found: &mut Found,
    ) -> Result<(), RoundTripError> {
        let losses = self
            .rows
            .losses(&mut *ground.session, before, is_same_schema)
            .await;
        let losses = losses.map_err(|error| self.unread(error))?;
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
        Ok(())
    }

    /// Goes on in a database without rows, at what is applied before the place `end`.
    pub(super) async fn empty(
        &mut self,
        ground: &mut Ground,
        end: usize,
    ) -> Result<(), RoundTripError> {
        let empty = self.raised(end).await?;
        std::mem::replace(ground, empty).remove().await?;
        self.rows.start_over();
        Ok(())
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
