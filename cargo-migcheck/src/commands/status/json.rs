//! Where databases are, for a program. docs/json.md describes it.

use migcheck_db::Status;
use serde::Serialize;

use super::super::unfinished::JsonUnfinished;
use super::{Found, Row};
use crate::cli::Context;
use crate::error::CommandError;
use crate::output::json::Answer;

#[derive(Debug, Serialize)]
struct StatusAnswer<'a> {
    expected: Option<&'a str>,
    databases: Vec<JsonRow<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonRow<'a> {
    environment: Option<&'a str>,
    database: Option<String>,
    status: Option<JsonStatus<'a>>,
    error: Option<JsonError<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonStatus<'a> {
    has_history: bool,
    current: &'a [String],
    pending: &'a [String],
    unknown: &'a [String],
    skipped: &'a [String],
    edited: &'a [String],
    unfinished: Option<JsonUnfinished<'a>>,
    last_applied: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_expected: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drift: Option<JsonDrift<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonDrift<'a> {
    server: Option<&'a str>,
    differences: Option<usize>,
    error: Option<JsonError<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonError<'a> {
    message: &'a str,
    help: &'a [String],
}

pub(super) fn print(context: &Context, rows: &[Row], expected: Option<&str>) {
    let databases = rows.iter().map(|row| JsonRow {
        environment: row.name.as_deref(),
        database: row.url.as_ref().map(ToString::to_string),
        status: row.found.as_ref().ok().map(status),
        error: row.found.as_ref().err().map(error),
    });
    context.terminal.json(&Answer::new(StatusAnswer {
        expected,
        databases: databases.collect(),
    }));
}

fn status(found: &Found) -> JsonStatus<'_> {
    let Status {
        has_history,
        current,
        pending,
        unknown,
        skipped,
        edited,
        unfinished,
        last_applied,
        ..
    } = &found.status;
    JsonStatus {
        has_history: *has_history,
        current,
        pending,
        unknown,
        skipped: skipped.as_ref().map_or(&[], |one| &one.revisions),
        edited,
        unfinished: unfinished.as_ref().map(JsonUnfinished::of),
        last_applied: last_applied.as_deref(),
        as_expected: found.as_expected,
        drift: found.drift.as_ref().map(|drift| match drift {
            Ok(drift) => JsonDrift {
                server: Some(&drift.server),
                differences: Some(drift.diff.changes.len()),
                error: None,
            },
            Err(wrong) => JsonDrift {
                server: None,
                differences: None,
                error: Some(error(wrong)),
            },
        }),
    }
}

fn error(error: &CommandError) -> JsonError<'_> {
    JsonError {
        message: error.message(),
        help: error.hints(),
    }
}
