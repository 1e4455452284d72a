//! Where databases are, for a person: a row each, and below it what is wrong there.

use super::super::database::database_name;
use super::super::drift;
use super::{Found, Row};
use crate::cli::Context;
use crate::output::{BOLD, DIM, GREEN, RED, Terminal, YELLOW, counted, painted, wrapped};

/// The least of a list of revisions that says anything, in columns.
const LEAST: usize = 8;

pub(super) fn print(context: &Context, rows: &[Row], expected: Option<&str>) {
    let terminal = &context.terminal;
    let names: Vec<String> = rows.iter().map(name).collect();
    let places: Vec<String> = rows.iter().map(place).collect();
    let title = match rows.iter().any(|row| row.name.is_some()) {
        true => "environment",
        false => "database",
    };
    let name_width = widest(&names, title);
    let has_drift = rows.iter().any(|row| drift_of(row).is_some());
    let drift = |text: &str| match has_drift {
        true => format!("  {text:>5}"),
        false => String::new(),
    };
    // pending, drift and the time, with two blanks before each.
    let rest = "  pending".len() + drift("").len() + "  2026-01-02 03:04".len();
    let room = terminal
        .columns()
        .map(|columns| columns.saturating_sub(name_width + 2 + rest));
    let place_width = widest(&places, "at");
    let place_width = room.map_or(place_width, |room| place_width.min(room.max(LEAST)));
    let heading = format!(
        "{:<name_width$}  {:<place_width$}  pending{}  last applied UTC",
        title,
        "at",
        drift("drift")
    );
    terminal.print(format_args!("{}\n", painted(BOLD, heading)));
    for ((row, name), place) in rows.iter().zip(&names).zip(&places) {
        let place = cut(place, place_width);
        let (pending, applied) = match &row.found {
            Ok(found) => (found.status.pending.len().to_string(), time(found)),
            Err(_) => ("-".to_owned(), "-".to_owned()),
        };
        let differing = drift(&drift_of(row).unwrap_or("-".to_owned()));
        let name = painted(BOLD, format_args!("{name:<name_width$}"));
        let line = format!("{name}  {place:<place_width$}  {pending:>7}{differing}  {applied}");
        terminal.print(format_args!("{}\n", line.trim_end()));
        tell(terminal, row, expected);
    }
    terminal.summary(format_args!("\n{}\n", verdict(rows, expected)));
}

/// What is wrong with it, in lines of its own.
fn tell(terminal: &Terminal, row: &Row, expected: Option<&str>) {
    let line = |style, word: &str, text: &str| {
        // Painted words have bytes that take no column.
        let text = wrapped(&format!("{word}: {text}"), "  ", terminal.width().min(100));
        let text = text.replacen(word, &painted(style, word), 1);
        terminal.print(text);
    };
    let found = match &row.found {
        Ok(found) => found,
        Err(error) => {
            line(RED, "no answer", error.message());
            for hint in error.hints() {
                let (hint, example) = hint.split_once('\n').unwrap_or((hint, ""));
                line(DIM, "help", hint);
                for example in example.lines() {
                    terminal.print(format_args!("      {example}\n"));
                }
            }
            return;
        }
    };
    let status = &found.status;
    if !status.has_history {
        line(DIM, "note", "there is no history table");
    }
    if let Some(unfinished) = &status.unfinished {
        line(RED, "unfinished", &unfinished.to_string());
    }
    if !status.unknown.is_empty() {
        line(YELLOW, "unknown", &status.unknown.join(", "));
    }
    if let Some(renamed) = &status.renamed {
        line(RED, "renamed", &renamed.pairs());
    } else if let Some(deleted) = &status.deleted {
        line(RED, "deleted", &deleted.revisions.join(", "));
    }
    if let Some(skipped) = &status.skipped {
        line(RED, "skipped", &skipped.places());
    }
    if !status.edited.is_empty() {
        line(RED, "edited", &status.edited.join(", "));
    }
    match &found.drift {
        Some(Ok(one)) if !one.diff.is_empty() => {
            line(RED, "drift", &drift::counts(&one.diff));
        }
        Some(Err(error)) => line(RED, "drift unknown", error.message()),
        _ => {}
    }
    if found.as_expected == Some(false) {
        let expected = expected.unwrap_or_default();
        line(
            RED,
            "expected",
            &format!("to be at `{expected}` and in order"),
        );
    }
}

fn verdict(rows: &[Row], expected: Option<&str>) -> String {
    let count = |is: fn(&Found) -> bool| {
        let found = rows.iter().filter_map(|row| row.found.as_ref().ok());
        found.filter(|found| is(found)).count()
    };
    let databases = counted(rows.len(), "database");
    let mut parts = Vec::new();
    match rows.iter().filter(|row| row.found.is_err()).count() {
        0 => {}
        silent => parts.push(painted(RED, format_args!("{silent} without an answer"))),
    }
    if expected.is_some() {
        match count(|found| found.as_expected == Some(false)) {
            0 => {}
            others => parts.push(painted(RED, format_args!("{others} not as expected"))),
        }
    }
    let has_stopped = |found: &Found| found.status.unfinished.is_some();
    match count(has_stopped) {
        0 => {}
        some => parts.push(painted(
            RED,
            format_args!("{some} with an unfinished script"),
        )),
    }
    let disorderly =
        |found: &Found| found.status.unfinished.is_none() && !super::is_in_order(&found.status);
    match count(disorderly) {
        0 => {}
        some => parts.push(painted(RED, format_args!("{some} out of order"))),
    }
    match count(|found| matches!(&found.drift, Some(Ok(drift)) if !drift.diff.is_empty())) {
        0 => {}
        some => parts.push(painted(RED, format_args!("{some} with drift"))),
    }
    match count(|found| !found.status.pending.is_empty()) {
        0 if parts.is_empty() => parts.push(painted(GREEN, "nothing pending")),
        0 => {}
        behind => parts.push(painted(
            YELLOW,
            format_args!("{behind} with pending revisions"),
        )),
    }
    format!("{databases}: {}", parts.join(", "))
}

/// The environment; else the database alone, as a URL leaves no room for the rest.
fn name(row: &Row) -> String {
    let database = || row.url.as_ref().map(database_name);
    row.name.clone().or_else(database).unwrap_or_default()
}

fn place(row: &Row) -> String {
    match &row.found {
        Ok(found) if found.status.current.is_empty() => "base".to_owned(),
        Ok(found) => found.status.current.join(", "),
        Err(_) => "-".to_owned(),
    }
}

/// How many objects differ.
fn drift_of(row: &Row) -> Option<String> {
    let drift = row.found.as_ref().ok()?.drift.as_ref()?;
    Some(match drift {
        Ok(drift) if drift.diff.is_empty() => "none".to_owned(),
        Ok(drift) => drift.diff.changes.len().to_string(),
        Err(_) => "?".to_owned(),
    })
}

/// To the minute: `2026-01-02 03:04`.
fn time(found: &Found) -> String {
    let time = found.status.last_applied.as_deref().unwrap_or("-");
    let minutes = time.get(.."2026-01-02T03:04".len()).unwrap_or(time);
    minutes.replace('T', " ")
}

fn widest(texts: &[String], heading: &str) -> usize {
    let widths = texts.iter().map(|text| text.chars().count());
    widths.max().unwrap_or(0).max(heading.len())
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}
