//! Scripts that were begun and have not come to their end: what `status`, `current` and `resolve` say.

use migcheck_core::split::split;
use migcheck_core::{Dialect, RevisionGraph};
use migcheck_db::Unfinished;
use serde::Serialize;

/// An unfinished script, as programs read of it.
#[derive(Debug, Serialize)]
pub(super) struct JsonUnfinished<'a> {
    revision: &'a str,
    direction: &'static str,
    statements_done: usize,
    statements_total: usize,
    in_doubt: bool,
}

impl<'a> JsonUnfinished<'a> {
    pub(super) fn of(unfinished: &'a Unfinished) -> Self {
        Self {
            revision: &unfinished.revision,
            direction: unfinished.direction.name(),
            statements_done: unfinished.statements_done,
            statements_total: unfinished.statements_total,
            in_doubt: unfinished.in_doubt,
        }
    }
}

/// A statement of a script, and where it stands.
pub(super) struct Place {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) statement: String,
}

/// The statement that is in doubt, as the directory has it now.
pub(super) fn in_doubt(
    graph: &RevisionGraph,
    unfinished: &Unfinished,
    dialect: Dialect,
) -> Option<Place> {
    if !unfinished.in_doubt {
        return None;
    }
    let revision = graph.get(graph.position(&unfinished.revision)?)?;
    let source = &revision.script(unfinished.direction, dialect)?.source;
    let statements = split(&source.text, dialect).ok()?;
    let statement = statements.get(unfinished.statements_done)?;
    Some(Place {
        file: source.path.clone(),
        line: migcheck_core::line_of(&source.text, statement.span.start),
        statement: statement.text.to_owned(),
    })
}
