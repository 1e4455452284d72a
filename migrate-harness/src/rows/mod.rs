//! Rows in the tables while a round trip goes on: a migration that passes on empty tables can fail on
//! populated ones, or lose what is in them.
//!
//! [`Rows::fill`] gives every table that has none rows of its own, made from the catalog
//! (`catalog`): `family` knows kinds of types and values of each, `checks` finds values that
//! conditions accept, `group` and `make` choose them so that foreign keys and unique keys hold, `fill`
//! inserts them. [`Rows::before`] reads what is there (`contents`), to be compared later (`losses`);
//! [`Rows::made`] what an upgrade made of them, to be compared with what it makes the second time
//! (`repeat`). All look only at tables that a script can reach (`reach`), so that a stair costs the
//! same however many tables there are.
//!
//! The values of a run are the same every time. Triggers fire, as they do in production.

mod catalog;
mod checks;
mod contents;
mod family;
mod fill;
mod group;
mod losses;
mod make;
mod reach;
mod repeat;

use migcheck_db::{ServerError, Session};

use catalog::Table;
use contents::Contents;
use fill::Filler;
use losses::Loss;
pub(crate) use reach::Scope;
pub(crate) use repeat::Made;

/// How rows are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowOptions {
    /// How many a table gets; 0 makes none.
    pub(crate) count: usize,
    /// Another one makes other rows.
    pub(crate) seed: u32,
}

/// The rows of one scratch database.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    options: RowOptions,
    filler: Filler,
    /// A fixture was loaded.
    is_fixed: bool,
    /// The tables are older than their rows will be.
    is_late: bool,
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

/// What was in the tables that a script can reach.
#[derive(Debug)]
pub(crate) struct Before {
    tables: Vec<Table>,
    contents: Contents,
}

impl Rows {
    pub(crate) fn new(options: RowOptions, history_table: &str) -> Self {
        Self {
            options,
            filler: Filler::new(options),
            is_fixed: false,
            is_late: false,
            history_table: history_table.to_owned(),
        }
    }

    /// Whether the database holds rows that no migration made.
    pub(crate) fn are_there(&self) -> bool {
        self.is_fixed || self.filler.has_filled()
    }

    /// Whether rows are looked at at all.
    pub(crate) fn are_wanted(&self) -> bool {
        self.is_fixed || self.options.count > 0
    }

    pub(crate) fn has_fixture(&mut self) {
        self.is_fixed = true;
    }

    /// For another database with the same tables, and no rows but those that migrations made.
    ///
    /// The next rows are made late: without NULLs and duplicates, because an earlier revision may
    /// have taken care that there are none.
    pub(crate) fn start_over(&mut self) {
        self.filler = Filler::new(self.options);
        self.is_fixed = false;
        self.is_late = true;
    }

    /// Gives rows to the tables in `scope` that have none, and one more to those whose columns
    /// changed.
    ///
    /// # Errors
    ///
    /// What the server says to a question about the catalog. A row that it refuses is no error; the
    /// table is in the answer.
    pub(crate) async fn fill(
        &mut self,
        session: &mut dyn Session,
        scope: &Scope,
    ) -> Result<Vec<Unfilled>, ServerError> {
        if self.options.count == 0 {
            return Ok(Vec::new());
        }
        let is_late = std::mem::take(&mut self.is_late);
        let scope = if is_late { &Scope::All } else { scope };
        let tables = catalog::read(session, scope, &self.history_table).await?;
        self.filler.fill(session, &tables, is_late).await
    }

    /// What is in the tables that `scope` reaches.
    ///
    /// # Errors
    ///
    /// What the server says to one of the questions.
    pub(crate) async fn before(
        &self,
        session: &mut dyn Session,
        mut scope: Scope,
    ) -> Result<Before, ServerError> {
        reach::widen(session, &mut scope).await?;
        let tables = catalog::read(session, &scope, &self.history_table).await?;
        let contents = contents::read(session, &tables).await?;
        Ok(Before { tables, contents })
    }

    /// What is in the tables after an upgrade by scripts that may write rows; nothing, if they do not.
    ///
    /// # Errors
    ///
    /// What the server says to one of the questions.
    pub(crate) async fn made(
        &self,
        session: &mut dyn Session,
        scripts: &[&str],
    ) -> Result<Option<Made>, ServerError> {
        Made::read(session, scripts, &self.history_table).await
    }

    /// What another upgrade, to the same schema, made otherwise.
    ///
    /// # Errors
    ///
    /// What the server says to one of the questions.
    pub(crate) async fn made_otherwise(
        &self,
        session: &mut dyn Session,
        made: &Made,
    ) -> Result<Vec<String>, ServerError> {
        made.differing(session).await
    }

    /// What of it is gone. `is_same_schema` says that the tables have the columns that they had.
    ///
    /// # Errors
    ///
    /// What the server says to one of the questions.
    pub(crate) async fn losses(
        &self,
        session: &mut dyn Session,
        before: &Before,
        is_same_schema: bool,
    ) -> Result<Vec<Loss>, ServerError> {
        let now = if is_same_schema {
            contents::read(session, &before.tables).await?
        } else {
            let names = before.tables.iter().map(|table| table.name.name.as_str());
            let scope = Scope::Named(
                names
                    .flat_map(|name| [name.to_owned(), name.to_lowercase()])
                    .collect(),
            );
            let tables = catalog::read(session, &scope, &self.history_table).await?;
            contents::read(session, &tables).await?
        };
        Ok(before.contents.losses(&now))
    }
}

#[cfg(test)]
mod tests;
