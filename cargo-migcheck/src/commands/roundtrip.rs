//! `cargo migcheck roundtrip`: every revision up, down and up again, on real servers.

use std::time::Duration;

use clap::Args;
use migcheck_core::RevisionGraph;
use migcheck_harness::{Outcome, RoundTripReport, Stair, Tally, round_trip};
use serde::Serialize;

use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::{Answer, Statement};
use crate::output::{BOLD, Format, GREEN, Progress, RED, YELLOW, counted, painted};

/// Take every revision up, down and up again on real servers
#[derive(Debug, Args)]
pub(crate) struct RoundtripArgs {
    /// A server, instead of those of migcheck.toml: `postgres:17` (a container), `mysql@local`
    /// (binaries of this machine), a URL, `sqlite`
    #[arg(long, value_name = "SPEC")]
    on: Vec<String>,
    /// Check this revision alone
    #[arg(long, value_name = "REV")]
    revision: Vec<String>,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

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
    milliseconds: u128,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    statement: Option<Statement<'a>>,
}

/// What kept a server's walk from being done.
#[derive(Debug, Serialize)]
struct JsonError<'a> {
    directory: &'a str,
    message: String,
    /// Whether a server or Docker was not to be had.
    unavailable: bool,
}

impl RoundtripArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let mut reports = Vec::new();
        for directory in context.selection.directories()? {
            let (checked, graph) = directory.load()?;
            let (errors, _) = checked.counts();
            if errors > 0 {
                context.terminal.warn(format_args!(
                    "`cargo migcheck check` reports {} in {}",
                    counted(errors, "error"),
                    directory.name
                ));
            }
            reports.push((directory.name, self.round_trip(context, &graph)?));
        }
        match self.format {
            Format::Human => reports
                .iter()
                .for_each(|(_, report)| print(context, report)),
            Format::Json => context.terminal.json(&Answer::new(answer(&reports))),
        }
        Ok(exit(&reports))
    }

    fn round_trip(
        &self,
        context: &Context,
        graph: &RevisionGraph,
    ) -> Result<RoundTripReport, CommandError> {
        let mut run = round_trip(graph);
        for server in &self.on {
            run = run.on(server);
        }
        for revision in &self.revision {
            let place = graph.locate(revision)?;
            run = run.revision(graph.ids(&[place]).concat());
        }
        let progress = Progress::new(&context.terminal);
        let observer = progress.clone();
        let report = run.observe(move |event| observer.tell(event)).run();
        progress.clear();
        Ok(report)
    }
}

/// A migration that fails is what a run is for; only without one is a missing server the result.
fn exit(reports: &[(String, RoundTripReport)]) -> Exit {
    let errors = || reports.iter().flat_map(|(_, report)| &report.errors);
    if reports
        .iter()
        .any(|(_, report)| report.failures().next().is_some())
    {
        Exit::Findings
    } else if errors().any(migcheck_harness::RoundTripError::is_unavailable) {
        Exit::Unavailable
    } else if errors().next().is_some() {
        Exit::Usage
    } else {
        Exit::Success
    }
}

fn answer(reports: &[(String, RoundTripReport)]) -> RoundtripAnswer<'_> {
    let mut answer = RoundtripAnswer {
        passed: reports.iter().all(|(_, report)| report.is_passed()),
        milliseconds: 0,
        stairs: Vec::new(),
        errors: Vec::new(),
    };
    for (directory, report) in reports {
        answer.milliseconds += report.took.as_millis();
        let stairs = report.stairs.iter();
        answer
            .stairs
            .extend(stairs.map(|stair| json_stair(directory, stair)));
        answer
            .errors
            .extend(report.errors.iter().map(|error| JsonError {
                directory,
                message: error.to_string(),
                unavailable: error.is_unavailable(),
            }));
    }
    answer
}

fn json_stair<'a>(directory: &'a str, stair: &'a Stair) -> JsonStair<'a> {
    JsonStair {
        directory,
        revision: &stair.revision,
        server: &stair.server,
        outcome: stair.outcome.name(),
        milliseconds: stair.took.as_millis(),
        reason: stair.reason.as_deref(),
        diff: stair.diff.as_ref().map(ToString::to_string),
        error: stair.error.as_ref().map(|error| error.server.to_string()),
        statement: stair.error.as_ref().map(Statement::of),
    }
}

fn print(context: &Context, report: &RoundTripReport) {
    let terminal = &context.terminal;
    for stair in &report.stairs {
        if stair.is_failure() || stair.outcome == Outcome::ColumnOrderDiffers {
            let drawn = stair.render(terminal.style());
            terminal.print(format_args!("{}\n\n", drawn.trim_end()));
        }
    }
    if !report.stairs.is_empty() {
        terminal.summary(irreversible(report));
        terminal.summary(summary(report));
    }
    for error in &report.errors {
        terminal.error(&CommandError::usage(error.to_string()));
    }
}

/// What has no way down, with the reason, once for all servers.
fn irreversible(report: &RoundTripReport) -> String {
    let mut told: Vec<&str> = Vec::new();
    let mut text = String::new();
    for stair in &report.stairs {
        if stair.outcome == Outcome::Irreversible && !told.contains(&&*stair.revision) {
            told.push(&stair.revision);
            let reason = stair.reason.as_deref().unwrap_or_default();
            let name = painted(YELLOW, format_args!("irreversible: {}", stair.revision));
            text.push_str(&format!("{name}\n  {reason}\n\n"));
        }
    }
    text
}

fn summary(report: &RoundTripReport) -> String {
    let tallies = report.tallies();
    let width = tallies.iter().map(|tally| tally.server.chars().count());
    let width = width.max().unwrap_or(0).max("server".len());
    let heading = format!(
        "{:<width$}  passed  failed  irreversible     time",
        "server"
    );
    let mut text = format!("{}\n", painted(BOLD, heading));
    for tally in &tallies {
        let style = if tally.failed == 0 { GREEN } else { RED };
        let failed = format!("{:>6}", tally.failed);
        text.push_str(&format!(
            "{:<width$}  {:>6}  {}  {:>12}  {:>7}\n",
            tally.server,
            tally.passed,
            painted(style, failed),
            tally.irreversible,
            seconds(tally.took),
        ));
    }
    text.push_str(&verdict(&tallies, report.took));
    text
}

fn verdict(tallies: &[Tally], took: Duration) -> String {
    let stairs: usize = tallies
        .iter()
        .map(|tally| tally.passed + tally.failed + tally.irreversible)
        .sum();
    let failed: usize = tallies.iter().map(|tally| tally.failed).sum();
    let irreversible: usize = tallies.iter().map(|tally| tally.irreversible).sum();
    let stairs = format!("{} in {}", counted(stairs, "stair"), seconds(took));
    if failed > 0 {
        format!(
            "\n{stairs}: {}\n",
            painted(RED, format_args!("{failed} failed"))
        )
    } else if irreversible > 0 {
        let skipped = painted(YELLOW, format_args!("{irreversible} irreversible"));
        format!("\n{stairs}: {}, {skipped}\n", painted(GREEN, "none failed"))
    } else {
        format!("\n{stairs}: {}\n", painted(GREEN, "all passed"))
    }
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}
