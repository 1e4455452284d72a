//! What came of the stairs, for a person.

use std::cmp::Reverse;
use std::time::Duration;

use migcheck_core::{Outcome, Severity};
use migcheck_harness::{RoundTripReport, Stair, Tally};

use super::Tripped;
use crate::error::CommandError;
use crate::output::{BOLD, DIM, GREEN, RED, Terminal, YELLOW, counted, painted, wrapped};

/// So many stairs are few enough to see which one takes long.
const FEW_STAIRS: usize = 20;
/// So many slow stairs are named.
const SLOWEST: usize = 3;

pub(super) fn print(terminal: &Terminal, one: &Tripped) {
    let report = &one.report;
    let faults = report.stairs.iter();
    for stair in faults.filter(|stair| stair.severity > Severity::Allow && stair.known.is_none()) {
        let drawn = stair.render(terminal.style());
        terminal.print(format_args!("{}\n\n", drawn.trim_end()));
    }
    terminal.summary(without_rows(report, terminal.width()));
    terminal.summary(excused(report, terminal.width()));
    terminal.summary(summary(one));
    for error in &report.errors {
        terminal.error(&CommandError::usage(error.to_string()));
    }
}

/// The tables that were empty all the time, which is less than a whole check.
fn without_rows(report: &RoundTripReport, width: usize) -> String {
    let is_shown = |stair: &&Stair| stair.severity == Severity::Allow || stair.known.is_some();
    let mut text = String::new();
    for stair in report.stairs.iter().filter(is_shown) {
        for note in &stair.notes {
            let name = painted(
                YELLOW,
                format_args!("note: {} on {}", stair.revision, stair.server),
            );
            text.push_str(&format!("{name}\n{}\n", wrapped(note, "  ", width)));
        }
    }
    text
}

/// What has no way down and what is known, each with its reason; once for all servers.
fn excused(report: &RoundTripReport, width: usize) -> String {
    let mut told: Vec<String> = Vec::new();
    for stair in &report.stairs {
        let (what, reason) = match &stair.known {
            Some(reason) => (format!("known {}", stair.outcome), Some(reason)),
            None if stair.outcome == Outcome::Irreversible => {
                (stair.outcome.to_string(), stair.reason.as_ref())
            }
            None => continue,
        };
        let name = painted(YELLOW, format_args!("{what}: {}", stair.revision));
        let reason = reason.map_or("", String::as_str);
        let text = format!("{name}\n{}\n", wrapped(reason, "  ", width));
        if !told.contains(&text) {
            told.push(text);
        }
    }
    told.concat()
}

/// The servers with their counts, and the verdict.
pub(super) fn summary(one: &Tripped) -> String {
    let report = &one.report;
    let tallies = report.tallies();
    if tallies.is_empty() && report.errors.is_empty() {
        let scope = one.scope.as_deref();
        let scope = scope.map_or(String::new(), |scope| format!(" ({scope})"));
        return format!("nothing to check in {}{scope}\n", one.directory.name);
    }
    if tallies.is_empty() {
        return String::new();
    }
    let width = tallies.iter().map(|tally| tally.server.chars().count());
    let width = width.max().unwrap_or(0).max("server".len());
    let has_known = tallies.iter().any(|tally| tally.known > 0);
    let known = |text: &str| match has_known {
        true => format!("  {text:>5}"),
        false => String::new(),
    };
    let heading = format!(
        "{:<width$}  passed  failed{}  irreversible     time",
        "server",
        known("known")
    );
    let mut text = format!("{}\n", painted(BOLD, heading));
    for tally in &tallies {
        let style = if tally.failed == 0 { GREEN } else { RED };
        let failed = format!("{:>6}", tally.failed);
        text.push_str(&format!(
            "{:<width$}  {:>6}  {}{}  {:>12}  {:>7}\n",
            tally.server,
            tally.passed,
            painted(style, failed),
            known(&tally.known.to_string()),
            tally.irreversible,
            seconds(tally.took),
        ));
    }
    text.push_str(&slowest(report));
    text.push_str(&verdict(&tallies, report.took, one.scope.as_deref()));
    text
}

/// The stairs that took longest, where there are many.
fn slowest(report: &RoundTripReport) -> String {
    let mut stairs: Vec<&Stair> = report.stairs.iter().collect();
    stairs.dedup_by(|a, b| a.revision == b.revision && a.server == b.server);
    if stairs.len() < FEW_STAIRS {
        return String::new();
    }
    stairs.sort_by_key(|stair| Reverse(stair.took));
    let named = stairs.iter().take(SLOWEST).map(|stair| {
        format!(
            "  {:>7}  {} on {}\n",
            seconds(stair.took),
            stair.revision,
            stair.server
        )
    });
    format!(
        "\n{}\n{}",
        painted(DIM, "slowest"),
        named.collect::<String>()
    )
}

fn verdict(tallies: &[Tally], took: Duration, scope: Option<&str>) -> String {
    let sum = |count: fn(&Tally) -> usize| tallies.iter().map(count).sum::<usize>();
    let (failed, known) = (sum(|tally| tally.failed), sum(|tally| tally.known));
    let irreversible = sum(|tally| tally.irreversible);
    let stairs = sum(|tally| tally.passed) + failed + known + irreversible;
    let scope = scope.map_or(String::new(), |scope| format!(" ({scope})"));
    let stairs = format!("{}{scope} in {}", counted(stairs, "stair"), seconds(took));
    let mut parts = Vec::new();
    if failed > 0 {
        parts.push(painted(RED, format_args!("{failed} failed")));
    } else if known + irreversible > 0 {
        parts.push(painted(GREEN, "none failed"));
    } else {
        parts.push(painted(GREEN, "all passed"));
    }
    if known > 0 {
        parts.push(painted(YELLOW, format_args!("{known} known")));
    }
    if failed == 0 && irreversible > 0 {
        parts.push(painted(YELLOW, format_args!("{irreversible} irreversible")));
    }
    format!("\n{stairs}: {}\n", parts.join(", "))
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}
