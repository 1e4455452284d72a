//! What came of the stairs, for a program. docs/json.md describes it.

use migcheck_db::snapshot::Change;
use migcheck_harness::{RoundTripReport, Stair};
use serde::Serialize;

use super::Tripped;
use crate::output::Terminal;
use crate::output::json::{Answer, Statement};

#[derive(Debug, Serialize)]
struct RoundtripAnswer<'a> {
    passed: bool,
    milliseconds: u128,
    stairs: Vec<JsonStair<'a>>,
    errors: Vec<JsonError<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonStair<'a> {
    directory: &'a str,
    revision: &'a str,
    server: &'a str,
    outcome: &'static str,
    severity: &'static str,
    milliseconds: u128,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<JsonChange<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    statement: Option<Statement<'a>>,
}

/// One object that is not what it was expected to be.
#[derive(Debug, Serialize)]
struct JsonChange<'a> {
    object: String,
    change: &'static str,
    before: Option<&'a str>,
    after: Option<&'a str>,
}

/// What kept a server's walk from being done.
#[derive(Debug, Serialize)]
struct JsonError<'a> {
    directory: &'a str,
    message: String,
    /// Whether a server or Docker was not to be had.
    unavailable: bool,
}

pub(super) fn print(terminal: &Terminal, tripped: &[Tripped]) {
    let reports = || tripped.iter().map(|one| &one.report);
    terminal.json(&Answer::new(RoundtripAnswer {
        passed: reports().all(RoundTripReport::is_passed),
        milliseconds: reports().map(|report| report.took.as_millis()).sum(),
        stairs: tripped
            .iter()
            .flat_map(|one| one.report.stairs.iter().map(|stair| answer(one, stair)))
            .collect(),
        errors: tripped.iter().flat_map(errors).collect(),
    }));
}

fn answer<'a>(one: &'a Tripped, stair: &'a Stair) -> JsonStair<'a> {
    let changes = stair.diff.iter().flat_map(|diff| &diff.changes);
    JsonStair {
        directory: &one.directory.name,
        revision: &stair.revision,
        server: &stair.server,
        outcome: stair.outcome.name(),
        severity: stair.severity.name(),
        milliseconds: stair.took.as_millis(),
        reason: stair.reason.as_deref(),
        notes: &stair.notes,
        known: stair.known.as_deref(),
        diff: stair.diff.as_ref().map(ToString::to_string),
        changes: changes.map(change).collect(),
        error: stair.error.as_ref().map(|error| error.server.to_string()),
        statement: stair.error.as_ref().map(Statement::of),
    }
}

fn change(change: &Change) -> JsonChange<'_> {
    JsonChange {
        object: change.object.to_string(),
        change: change.kind.name(),
        before: change.before.as_deref(),
        after: change.after.as_deref(),
    }
}

fn errors(one: &Tripped) -> impl Iterator<Item = JsonError<'_>> {
    one.report.errors.iter().map(|error| JsonError {
        directory: &one.directory.name,
        message: error.to_string(),
        unavailable: error.is_unavailable(),
    })
}
