//! Rows in the tables while a round trip goes on: a migration that passes on empty tables can fail on
//! populated ones, or lose what is in them.
//!
//! [`Rows::fill`] gives every table that has none rows of its own, made from the catalog
//! (`catalog`): `family` knows kinds of types and values of each, `checks` finds values that
//! conditions accept, `group` and `make` choose them so that foreign keys and unique keys hold, `fill`
//! inserts them. [`Rows::contents`] reads what is there, to be compared later (`contents`). Both look
//! only at tables that a script can reach (`reach`), so that a stair costs the same however many
//! tables there are.
//!
//! The values of a run are the same every time. Triggers fire, as they do in production.

mod catalog;
mod checks;
mod contents;
mod family;
mod fill;
mod group;
mod make;
mod reach;

use migcheck_db::{ServerError, Session};

use catalog::Table;
pub(crate) use contents::{Contents, Loss};
use fill::Filler;
pub(crate) use reach::Scope;

/// The rows of one scratch database.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    filler: Filler,
    /// No table of the user's.
    history_table: String,
}

/// A table that has no rows, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfilled {
    pub(crate) table: String,
    pub(crate) reason: String,
}

impl Unfilled {
    fn new(table: &Table, reason: String) -> Self {
        Self {
            table: table.name.to_string(),
            reason,
        }
    }
}

impl Rows {
    /// `count` rows a table; none at all with 0. Another `seed` makes other values.
    pub(crate) fn new(count: usize, seed: u64, history_table: &str) -> Self {
        Self {
            filler: Filler::new(count, seed),
            history_table: history_table.to_owned(),
        }
    }

    /// Whether rows are made at all.
    pub(crate) const fn is_on(&self) -> bool {
        self.filler.count > 0
    }

    /// Whether the database holds rows that were made here.
    pub(crate) fn has_filled(&self) -> bool {
        self.filler.has_filled()
    }

    /// Gives rows to the tables in `scope` that have none, and one more to those whose columns
    /// changed. `is_late` says that the tables are older than their rows: then no NULLs and no
    /// duplicates are made, which an earlier revision may have taken away for good.
    ///
    /// # Errors
    ///
    /// What the server says to a question about the catalog. A row that it refuses is no error; the
    /// table is in the answer.
    pub(crate) async fn fill(
        &mut self,
        session: &mut dyn Session,
        scope: &Scope,
        is_late: bool,
    ) -> Result<Vec<Unfilled>, ServerError> {
        if !self.is_on() {
            return Ok(Vec::new());
        }
        let tables = catalog::read(session, scope, &self.history_table).await?;
        self.filler.fill(session, &tables, is_late).await
    }

    /// What is in the tables that `scope` reaches.
    ///
    /// # Errors
    ///
    /// What the server says to one of the questions.
    pub(crate) async fn contents(
        &self,
        session: &mut dyn Session,
        scope: &Scope,
    ) -> Result<Contents, ServerError> {
        let mut scope = scope.clone();
        reach::widen(session, &mut scope).await?;
        let tables = catalog::read(session, &scope, &self.history_table).await?;
        contents::read(session, &tables).await
    }
}

#[cfg(test)]
mod tests;
