//! Scripts that were begun and have not come to their end: what `status`, `current` and `resolve` say.

use migcheck_db::{Doubtful, Unfinished};
use serde::Serialize;

/// An unfinished script, as programs read of it.
#[derive(Debug, Serialize)]
pub(super) struct JsonUnfinished<'a> {
    revision: &'a str,
    direction: &'static str,
    statements_done: usize,
    statements_total: usize,
    in_doubt: bool,
    doubtful: Option<JsonDoubtful<'a>>,
}

/// The statement of which it is to be found out whether it took effect.
#[derive(Debug, Serialize)]
struct JsonDoubtful<'a> {
    file: &'a str,
    line: usize,
    statement: &'a str,
}

impl<'a> JsonUnfinished<'a> {
    pub(super) fn of(unfinished: &'a Unfinished) -> Self {
        Self {
            revision: &unfinished.revision,
            direction: unfinished.direction.name(),
            statements_done: unfinished.statements_done,
            statements_total: unfinished.statements_total,
            in_doubt: unfinished.in_doubt,
            doubtful: unfinished.doubtful.as_ref().map(JsonDoubtful::of),
        }
    }
}

impl<'a> JsonDoubtful<'a> {
    fn of(doubtful: &'a Doubtful) -> Self {
        Self {
            file: &doubtful.file,
            line: doubtful.line,
            statement: &doubtful.statement,
        }
    }
}
