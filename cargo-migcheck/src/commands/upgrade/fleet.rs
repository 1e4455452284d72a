//! `cargo migcheck upgrade --databases-file`: many databases of one kind.

use std::io::{self, Read as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use clap::Args;
use migcheck_core::{PlanError, RevisionGraph, Target};
use migcheck_db::fleet::{FleetError, Member, Outcome, read_list};
use migcheck_db::{ConnectOptions, Fleet, MigrateError, Migrator, Report};
use serde::Serialize;

use super::progress::FleetProgress;
use crate::cli::Context;
use crate::commands::database::{JsonStep, block_on, json_steps, place, unreachable};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::{Answer, FailureMessage};
use crate::output::{DIM, Format, GREEN, RED, counted, painted};

/// Which databases, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Many databases")]
pub(crate) struct FleetArgs {
    /// A file that lists them: `URL` or `NAME = URL` a line; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["database_url", "env"])]
    databases_file: Option<PathBuf>,
    /// How many to work on at once
    #[arg(long, value_name = "N", default_value = "8", requires = "databases_file",
        conflicts_with_all = ["database_url", "env"])]
    jobs: NonZeroUsize,
    /// After how many failures to begin no further one
    #[arg(long, value_name = "N", default_value = "1", requires = "databases_file",
        conflicts_with_all = ["database_url", "env"])]
    max_failures: NonZeroUsize,
}

/// What `upgrade --databases-file` answers.
#[derive(Debug, Serialize)]
struct FleetAnswer<'a> {
    upgraded: usize,
    nothing_to_do: usize,
    failed: usize,
    not_begun: usize,
    databases: Vec<JsonMember<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonMember<'a> {
    name: &'a str,
    database: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<JsonDone<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FailureMessage<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonDone<'a> {
    milliseconds: u128,
    steps: Vec<JsonStep<'a>>,
    current: &'a [String],
}

/// How many databases ended how.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    upgraded: usize,
    nothing_to_do: usize,
    failed: usize,
    not_begun: usize,
}

impl FleetArgs {
    /// The databases, if the command line names a file of them.
    pub(crate) fn list(&self) -> Result<Option<Vec<Member>>, CommandError> {
        let Some(file) = &self.databases_file else {
            return Ok(None);
        };
        let (text, name) = if file == Path::new("-") {
            let mut text = String::new();
            let read = io::stdin().read_to_string(&mut text);
            (read.map(|_| text), "-".to_owned())
        } else {
            (std::fs::read_to_string(file), file.display().to_string())
        };
        let text = text.map_err(|error| {
            CommandError::usage(format!("`{name}` cannot be read: {error}"))
                .hinted("write one URL a line into it, or `NAME = URL`")
        })?;
        let members = read_list(&text);
        members
            .map(Some)
            .map_err(|error| CommandError::usage(format!("`{name}`: {error}")))
    }

    pub(crate) fn run(
        &self,
        context: &Context,
        members: &[Member],
        target: &str,
        create: bool,
        migrator: impl FnOnce(&RevisionGraph) -> Result<Migrator, MigrateError>,
        format: Format,
    ) -> Result<Exit, CommandError> {
        let (_, graph) = context.selection.directory()?.load_sound()?;
        // What is wrong for all of them is said once, and before any is touched.
        let nothing = vec![false; graph.len()];
        graph.plan_upgrade(&nothing, &Target::parse(target).map_err(PlanError::Target)?)?;
        let fleet = Fleet::new(migrator(&graph)?)
            .jobs(self.jobs)
            .max_failures(self.max_failures)
            .connect_options(ConnectOptions::default().create_if_missing(create));
        let progress = FleetProgress::new(&context.terminal, members.len());
        let outcomes = block_on(async { Ok(watched(&fleet, members, target, &progress).await) });
        progress.clear();
        let outcomes = outcomes?;
        let counts = Counts::of(&outcomes);
        let told = members.iter().zip(outcomes);
        let ends: Vec<_> = told
            .map(|(member, outcome)| (member, End::of(member, outcome, create)))
            .collect();
        match format {
            Format::Human => print(context, &ends, counts),
            Format::Json => context.terminal.json(&Answer::new(answer(&ends, counts))),
        }
        Ok(match counts.failed {
            0 => Exit::Success,
            _ => Exit::Findings,
        })
    }
}

/// How often it is told how far things are.
const TICK: Duration = Duration::from_millis(250);

/// Works on all of them, and has it told how far that is, also where one database takes long.
async fn watched(
    fleet: &Fleet,
    members: &[Member],
    target: &str,
    progress: &FleetProgress,
) -> Vec<Outcome> {
    let upgraded = fleet.upgrade_watched(members, target, |_, outcome| progress.ended(outcome));
    let mut upgraded = pin!(upgraded);
    loop {
        match tokio::time::timeout(TICK, &mut upgraded).await {
            Ok(outcomes) => return outcomes,
            Err(_) => progress.tell(),
        }
    }
}

/// An outcome as a person or a program is told it.
enum End {
    Done(Report, Duration),
    Failed(CommandError),
    NotBegun,
}

impl End {
    fn of(member: &Member, outcome: Outcome, create: bool) -> Self {
        match outcome {
            Outcome::Upgraded(report, took) => Self::Done(report, took),
            Outcome::Failed(error) => {
                let error = match *error {
                    FleetError::Connect(error) => unreachable(error, member.url.dialect(), create),
                    FleetError::Migrate(error) => error.into(),
                    other => CommandError::unavailable(other.to_string()),
                };
                Self::Failed(error.of(&member.name))
            }
            _ => Self::NotBegun,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Done(report, _) if report.steps.is_empty() => "nothing-to-do",
            Self::Done(..) => "upgraded",
            Self::Failed(_) => "failed",
            Self::NotBegun => "not-begun",
        }
    }
}

impl Counts {
    fn of(outcomes: &[Outcome]) -> Self {
        let mut counts = Self::default();
        for outcome in outcomes {
            let count = match outcome {
                Outcome::Upgraded(report, _) if report.steps.is_empty() => {
                    &mut counts.nothing_to_do
                }
                Outcome::Upgraded(..) => &mut counts.upgraded,
                Outcome::Failed(_) => &mut counts.failed,
                _ => &mut counts.not_begun,
            };
            *count += 1;
        }
        counts
    }

    fn told(self) -> String {
        let parts = [
            (self.upgraded, "upgraded"),
            (self.nothing_to_do, "had nothing to do"),
            (self.failed, "failed"),
            (self.not_begun, "not begun"),
        ];
        let parts = parts.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        parts.join(", ")
    }
}

/// A line for each database in which something happened; the many others are counted, and listed if
/// that is asked for.
fn print(context: &Context, ends: &[(&Member, End)], counts: Counts) {
    let terminal = &context.terminal;
    let is_told = |end: &End| {
        let is_quiet = matches!(end.name(), "nothing-to-do" | "not-begun");
        terminal.is_verbose() || !is_quiet
    };
    let told: Vec<_> = ends.iter().filter(|(_, end)| is_told(end)).collect();
    let widest = told
        .iter()
        .map(|(member, _)| member.name.chars().count())
        .max();
    for (member, end) in &told {
        let what = match end {
            End::Done(report, _) if report.steps.is_empty() => {
                format!("nothing to do, at {}", place(&report.current))
            }
            End::Done(report, took) => {
                let steps = counted(report.steps.len(), "step");
                let took = painted(DIM, format_args!("{} ms", took.as_millis()));
                format!(
                    "{}, at {}  {took}",
                    painted(GREEN, steps),
                    place(&report.current)
                )
            }
            End::Failed(_) => painted(RED, "failed").to_string(),
            End::NotBegun => painted(DIM, "not begun").to_string(),
        };
        let width = widest.unwrap_or(0);
        terminal.print(format_args!("{:<width$}  {what}\n", member.name));
    }
    let databases = counted(ends.len(), "database");
    terminal.summary(format_args!("{databases}: {}\n", counts.told()));
    for (_, end) in ends {
        if let End::Failed(error) = end {
            terminal.error(error);
        }
    }
    if counts.not_begun > 0 {
        terminal.note("run it again when the cause is mended: what is done is not done twice");
    }
}

fn answer<'a>(ends: &'a [(&Member, End)], counts: Counts) -> FleetAnswer<'a> {
    let databases = ends.iter().map(|(member, end)| JsonMember {
        name: &member.name,
        database: member.url.to_string(),
        outcome: end.name(),
        done: match end {
            End::Done(report, took) => Some(JsonDone {
                milliseconds: took.as_millis(),
                steps: json_steps(report),
                current: &report.current,
            }),
            _ => None,
        },
        error: match end {
            End::Failed(error) => Some(FailureMessage::of(error)),
            _ => None,
        },
    });
    FleetAnswer {
        upgraded: counts.upgraded,
        nothing_to_do: counts.nothing_to_do,
        failed: counts.failed,
        not_begun: counts.not_begun,
        databases: databases.collect(),
    }
}
