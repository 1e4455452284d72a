//! Where a database stands, seen from a directory.

use migcheck_core::split::split;
use migcheck_core::{Dialect, Direction, RevisionGraph, Target};

use crate::history::{History, HistoryRow, RevisionState};
use crate::migrate_error::{Edited, MigrateError};
use crate::misfit::{Deleted, Renamed, Skipped};
use crate::status::{Doubtful, Status, Unfinished};

/// The rows of a history table beside the revisions of a directory.
pub(crate) struct Standing {
    /// `None`: there is no history table.
    pub(crate) history: Option<History>,
    /// One flag a place; what is half taken down counts, what is half applied does not.
    pub(crate) applied: Vec<bool>,
    pub(crate) unknown: Vec<String>,
    /// Where the statement is that is in doubt, as file and line.
    doubtful: Option<Doubtful>,
    pub(crate) edited: Edited,
    renamed: Option<Renamed>,
    deleted: Option<Deleted>,
    /// What is not applied below what is.
    pub(crate) skipped: Option<Skipped>,
}

impl Standing {
    pub(crate) fn new(graph: &RevisionGraph, dialect: Dialect, history: Option<History>) -> Self {
        let rows = history.as_ref().map_or(&[][..], |history| &history.rows);
        let (known, unknown): (Vec<&HistoryRow>, Vec<&HistoryRow>) = rows
            .iter()
            .partition(|row| graph.position(&row.revision).is_some());
        let mut applied = vec![false; graph.len()];
        let is_applied = |row: &&&HistoryRow| row.state != RevisionState::Applying;
        for row in known.iter().filter(is_applied) {
            if let Some(at) = graph.position(&row.revision) {
                applied[at] = true;
            }
        }
        let skipped = Skipped::find(graph, &applied);
        let is_edited = |row: &&&HistoryRow| {
            row.state == RevisionState::Applied && !is_unchanged(graph, row, dialect)
        };
        let ids = |rows: Vec<&HistoryRow>| -> Vec<String> {
            let mut ids: Vec<String> = rows.iter().map(|row| row.revision.clone()).collect();
            ids.sort();
            ids
        };
        let mut edited = Edited {
            revisions: ids(known.iter().filter(is_edited).copied().collect()),
            ..Edited::default()
        };
        if let Some(first) = edited.revisions.first() {
            let revision = graph.position(first).and_then(|at| graph.get(at));
            let script = revision.and_then(|revision| revision.script(Direction::Up, dialect));
            edited.file = script.map(|script| script.source.path.to_string());
            edited.all = rows.len() > 1 && edited.revisions.len() == rows.len();
            // To record that anew would lose what is unknown here, or half done.
            if unknown.is_empty()
                && skipped.is_none()
                && rows.iter().all(|row| row.state.unfinished().is_none())
            {
                edited.at = graph.ids(&graph.current(&applied));
            }
        }
        // Where nothing is known, one script that both have makes no other project this one.
        let mut renamed = Renamed::find(graph, dialect, &unknown, &applied)
            .filter(|renamed| !known.is_empty() || renamed.revisions.len() == unknown.len());
        let mut deleted = Deleted::find(graph, &known, &unknown, &applied);
        if !edited.revisions.is_empty() {
            // To record what is there anew would take the edits for good.
            renamed.iter_mut().for_each(|renamed| renamed.at.clear());
            deleted.iter_mut().for_each(|deleted| deleted.at.clear());
        }
        Self {
            renamed,
            deleted,
            skipped,
            applied,
            edited,
            unknown: ids(unknown),
            doubtful: rows.iter().find_map(|row| doubtful(graph, row, dialect)),
            history,
        }
    }

    pub(crate) fn rows(&self) -> &[HistoryRow] {
        self.history.as_ref().map_or(&[], |history| &history.rows)
    }

    pub(crate) fn row(&self, revision: &str) -> Option<&HistoryRow> {
        self.rows().iter().find(|row| row.revision == revision)
    }

    /// The script that was begun and has not come to its end. There is one at most, because nothing
    /// else is run before it does.
    pub(crate) fn unfinished(&self) -> Option<Unfinished> {
        let unfinished = self.rows().iter().find_map(Unfinished::of);
        unfinished.map(|one| Unfinished {
            doubtful: self.doubtful.clone(),
            ..one
        })
    }

    /// Nothing applied was edited, renamed or deleted, and nothing is unknown, unless that is allowed.
    pub(crate) fn check(&self, allow_ahead: bool) -> Result<(), MigrateError> {
        match &self.renamed {
            Some(renamed) => Err(MigrateError::Renamed(Box::new(renamed.clone()))),
            None => self.check_below(allow_ahead),
        }
    }

    /// The same for the way down, on which the scripts of the old ids are at hand.
    pub(crate) fn check_below(&self, allow_ahead: bool) -> Result<(), MigrateError> {
        if !self.unknown.is_empty() {
            let unknown = self.unknown.clone();
            if self.unknown.len() == self.rows().len() {
                return Err(MigrateError::OtherDirectory(unknown));
            }
            if let Some(deleted) = &self.deleted {
                return Err(MigrateError::Deleted(Box::new(deleted.clone())));
            }
            if !allow_ahead {
                return Err(MigrateError::Ahead(unknown));
            }
        }
        match self.edited.revisions.is_empty() {
            true => Ok(()),
            false => Err(MigrateError::Edited(Box::new(self.edited.clone()))),
        }
    }

    /// Nothing was passed over.
    pub(crate) fn check_order(&self) -> Result<(), MigrateError> {
        match &self.skipped {
            Some(skipped) => Err(MigrateError::Skipped(Box::new(skipped.clone()))),
            None => Ok(()),
        }
    }

    /// The same, unless `target` names what was passed over, which then comes out of order.
    pub(crate) fn check_order_for(
        &self,
        graph: &RevisionGraph,
        target: &Target,
    ) -> Result<(), MigrateError> {
        let named = match target {
            Target::Named(name) => graph.locate(name).ok(),
            _ => None,
        };
        let named = named.and_then(|at| graph.get(at));
        match (&self.skipped, named) {
            (Some(skipped), Some(named))
                if skipped.revisions.iter().any(|id| *id == named.id.as_str()) =>
            {
                Ok(())
            }
            _ => self.check_order(),
        }
    }

    /// Whether a plan goes on with the script that was begun; one that does not is an error.
    pub(crate) fn check_unfinished(
        &self,
        goes_on: impl Fn(&str, Direction) -> bool,
    ) -> Result<(), MigrateError> {
        match self.unfinished() {
            Some(unfinished) if goes_on(&unfinished.revision, unfinished.direction) => Ok(()),
            Some(unfinished) if self.unknown.contains(&unfinished.revision) => {
                Err(MigrateError::UnfinishedElsewhere(unfinished))
            }
            Some(unfinished) => Err(MigrateError::Unfinished(unfinished)),
            None => Ok(()),
        }
    }

    pub(crate) fn pending(&self, graph: &RevisionGraph) -> Vec<String> {
        let pending: Vec<usize> = (0..graph.len()).filter(|at| !self.applied[*at]).collect();
        graph.ids(&pending)
    }

    pub(crate) fn status(self, graph: &RevisionGraph) -> Status {
        Status {
            has_history: self.history.is_some(),
            current: graph.ids(&graph.current(&self.applied)),
            pending: self.pending(graph),
            unfinished: self.unfinished(),
            last_applied: self
                .rows()
                .iter()
                .filter(|row| row.state != RevisionState::Applying)
                .map(|row| row.applied_at.clone())
                .max(),
            unknown: self.unknown,
            renamed: self.renamed,
            deleted: self.deleted,
            skipped: self.skipped,
            edited: self.edited.revisions,
            rows: self.history.map(|history| history.rows).unwrap_or_default(),
        }
    }
}

/// The statement of an unfinished script that is in doubt, as the directory has it now.
fn doubtful(graph: &RevisionGraph, row: &HistoryRow, dialect: Dialect) -> Option<Doubtful> {
    let direction = row.state.unfinished()?;
    row.fingerprint.as_ref()?;
    let revision = graph.get(graph.position(&row.revision)?)?;
    let source = &revision.script(direction, dialect)?.source;
    let statements = split(&source.text, dialect).ok()?;
    let statement = statements.get(row.statements_done)?;
    Some(Doubtful {
        file: source.path.clone(),
        line: migcheck_core::line_of(&source.text, statement.span.start),
        statement: statement.text.to_owned(),
    })
}

fn is_unchanged(graph: &RevisionGraph, row: &HistoryRow, dialect: Dialect) -> bool {
    let revision = graph.position(&row.revision).and_then(|at| graph.get(at));
    let script = revision.and_then(|revision| revision.script(Direction::Up, dialect));
    script.is_some_and(|script| script.checksum.to_string() == row.checksum)
}
