//! What a database says of itself: answers of a [`Migrator`](crate::Migrator) that change nothing.

use std::fmt;

use migcheck_core::{Direction, RevisionGraph};

use crate::history::HistoryRow;
use crate::misfit::{Deleted, Renamed, Skipped};

/// Where a database is, in one query and without a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// Whether there is a history table at all.
    pub has_history: bool,
    /// The applied revisions with nothing applied above them.
    pub current: Vec<String>,
    /// The revisions that are not applied, in the order in which they would be.
    pub pending: Vec<String>,
    /// Applied revisions that this directory does not have: the database is ahead of it, unless they are
    /// `renamed` or `deleted`.
    pub unknown: Vec<String>,
    /// Those whose scripts are here under other ids.
    pub renamed: Option<Renamed>,
    /// Those on top of which something was applied that is here.
    pub deleted: Option<Deleted>,
    /// Pending revisions below applied ones.
    pub skipped: Option<Skipped>,
    /// Applied revisions whose up script is not what it was.
    pub edited: Vec<String>,
    /// The script that was begun and has not come to its end.
    pub unfinished: Option<Unfinished>,
    /// When the newest one was applied: UTC, RFC 3339.
    pub last_applied: Option<String>,
    /// The history table, in the order in which the revisions were applied.
    pub rows: Vec<HistoryRow>,
}

impl Status {
    /// What is applied, as one flag a place of `graph`, which is the migrator's.
    #[must_use]
    pub fn applied(&self, graph: &RevisionGraph) -> Vec<bool> {
        let mut applied = vec![true; graph.len()];
        for at in self.pending.iter().filter_map(|id| graph.position(id)) {
            applied[at] = false;
        }
        applied
    }
}

/// A script that was begun and has not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unfinished {
    /// The revision.
    pub revision: String,
    /// Which of its scripts.
    pub direction: Direction,
    /// How many statements are known to have been run.
    pub statements_done: usize,
    /// How many it had when it was begun.
    pub statements_total: usize,
    /// Whether one more was begun, of which it is to be found out whether it took effect.
    pub in_doubt: bool,
    /// That one, if the directory has the script.
    pub doubtful: Option<Doubtful>,
}

/// A statement of which it is to be found out whether it took effect, as the directory has it now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Doubtful {
    /// The script's file.
    pub file: String,
    /// The line it starts on, from 1.
    pub line: usize,
    /// Its text.
    pub statement: String,
}

impl fmt::Display for Doubtful {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl Unfinished {
    pub(crate) fn of(row: &HistoryRow) -> Option<Self> {
        row.state.unfinished().map(|direction| Self {
            revision: row.revision.clone(),
            direction,
            statements_done: row.statements_done,
            statements_total: row.statements_total,
            in_doubt: row.fingerprint.is_some(),
            doubtful: None,
        })
    }

    /// The verb that goes on with it.
    pub(crate) const fn goes_on(&self) -> &'static str {
        match self.direction {
            Direction::Up => "upgrade",
            Direction::Down => "downgrade",
        }
    }
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the {} script of `{}` has run {} of its {} statements",
            self.direction, self.revision, self.statements_done, self.statements_total
        )?;
        match &self.doubtful {
            Some(place) => write!(f, ", and it is in doubt what became of the one at {place}"),
            None if self.in_doubt => f.write_str(", and it is in doubt what became of the next"),
            None => Ok(()),
        }
    }
}

/// What a person found out of an unfinished script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// The statement in doubt took effect.
    Applied,
    /// The statement in doubt did not take effect.
    NotApplied,
    /// All that the script does is there, whatever is recorded of it: somebody has finished it.
    ScriptApplied,
    /// Nothing that the script does is there: somebody has undone it.
    ScriptNotApplied,
}
