//! `cargo migcheck status`: where several databases are, a row each.

mod human;
mod json;

use clap::Args;
use migcheck_core::{Config, PlanError, RevisionGraph, Target};
use migcheck_db::{DatabaseUrl, Migrator, Status};
use migcheck_harness::{Drift, ServerSpec};

use super::database::{block_on, open, parsed};
use super::drift::{self, ScratchArgs};
use super::environment;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::Format;

/// Print where the databases of all environments are
///
/// They are asked at the same time, and only read. It ends with 1 where one is not
/// what `--expect-current` or `--drift` asks for, with 3 where one does not answer,
/// and with 2 where its URL is not to be had.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// An environment of migcheck.toml; without one, all of them
    #[arg(long, value_name = "NAME", help_heading = "Database")]
    env: Vec<String>,
    /// A database that is no environment: `postgres://…`, `mysql://…`, `sqlite:FILE`
    #[arg(
        long,
        value_name = "URL",
        conflicts_with = "env",
        help_heading = "Database"
    )]
    database_url: Option<String>,
    /// Fail unless every database is at this target, with nothing unfinished, edited or unknown;
    /// without a target, at the heads
    #[arg(
        long,
        value_name = "TARGET",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "heads"
    )]
    expect_current: Option<String>,
    /// Compare each schema with what its applied revisions build in a scratch database
    #[arg(long)]
    drift: bool,
    #[command(flatten)]
    scratch: ScratchArgs,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

/// One database, and what is known of it.
struct Row {
    /// The environment, where it is one.
    name: Option<String>,
    /// Unless it is not known.
    url: Option<DatabaseUrl>,
    found: Result<Found, CommandError>,
}

struct Found {
    status: Status,
    /// Whether `--expect-current` holds, where it was asked for.
    as_expected: Option<bool>,
    /// Unless that was not asked for.
    drift: Option<Result<Drift, CommandError>>,
}

impl StatusArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let (checked, graph) = context.selection.directory()?.load()?;
        let asked = Asked {
            migrator: Migrator::new(&graph)?,
            expected: self.expected(&graph)?,
            drift: self.drift,
            on: self.scratch.on()?,
        };
        let wanted = self.wanted(&checked.config)?;
        let rows = ask_all(&asked, wanted);
        match self.format {
            Format::Human => human::print(context, &rows, self.expect_current.as_deref()),
            Format::Json => json::print(context, &rows, self.expect_current.as_deref()),
        }
        Ok(exit(&rows))
    }

    fn expected(&self, graph: &RevisionGraph) -> Result<Option<Target>, CommandError> {
        let Some(text) = &self.expect_current else {
            return Ok(None);
        };
        let target = Target::parse(text).map_err(PlanError::from)?;
        // A target that means nothing is wrong of all databases alike.
        graph.plan(&vec![false; graph.len()], &target)?;
        Ok(Some(target))
    }

    /// The databases that are meant, with the reason for which a URL is not known.
    fn wanted(&self, config: &Config) -> Result<Vec<Wanted>, CommandError> {
        if let Some(url) = &self.database_url {
            return Ok(vec![(None, Ok(parsed(url)?))]);
        }
        let names: Vec<&String> = match self.env.as_slice() {
            [] => config.environments.keys().collect(),
            named => named.iter().collect(),
        };
        if names.is_empty() {
            return Err(CommandError::usage("migcheck.toml names no environments")
                .hinted("name them so:\n[environments.production]\nurl-env = \"DATABASE_URL\"")
                .hinted("or one database with `--database-url URL`"));
        }
        let wanted = names.into_iter().map(|name| {
            environment::named(config, name)?;
            Ok((Some(name.clone()), environment::url(config, name)))
        });
        wanted.collect()
    }
}

type Wanted = (Option<String>, Result<DatabaseUrl, CommandError>);

/// What is to be found out of each.
struct Asked {
    migrator: Migrator,
    expected: Option<Target>,
    drift: bool,
    on: Option<ServerSpec>,
}

/// Each on a thread of its own, so that one that does not answer holds up no other.
fn ask_all(asked: &Asked, wanted: Vec<Wanted>) -> Vec<Row> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = wanted
            .into_iter()
            .map(|(name, url)| {
                scope.spawn(move || match url {
                    Ok(url) => Row {
                        found: block_on(asked.ask(&url)),
                        url: Some(url),
                        name,
                    },
                    Err(error) => Row {
                        found: Err(error),
                        url: None,
                        name,
                    },
                })
            })
            .collect();
        let rows = threads.into_iter().map(|thread| match thread.join() {
            Ok(row) => row,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        rows.collect()
    })
}

impl Asked {
    async fn ask(&self, url: &DatabaseUrl) -> Result<Found, CommandError> {
        let mut session = open(url, false).await?;
        let status = self.migrator.status(&mut *session).await?;
        let graph = self.migrator.graph();
        let drift = match self.drift {
            true => Some(drift::of(graph, &status, &mut *session, self.on.clone()).await),
            false => None,
        };
        Ok(Found {
            as_expected: self.expected.as_ref().map(|to| is_at(graph, &status, to)),
            drift,
            status,
        })
    }
}

/// Whether a database is at `target` and in order.
fn is_at(graph: &RevisionGraph, status: &Status, target: &Target) -> bool {
    let plan = graph.plan(&status.applied(graph), target);
    is_in_order(status) && plan.is_ok_and(|plan| plan.steps.is_empty())
}

/// Whether nothing is unfinished, and all that is applied is what the directory has.
fn is_in_order(status: &Status) -> bool {
    status.unknown.is_empty()
        && status.skipped.is_none()
        && status.edited.is_empty()
        && status.unfinished.is_none()
}

/// What was asked for and is not so comes before what could not be asked.
fn exit(rows: &[Row]) -> Exit {
    let found = || rows.iter().filter_map(|row| row.found.as_ref().ok());
    let drifts = |one: &Found| matches!(&one.drift, Some(Ok(drift)) if !drift.diff.is_empty());
    let unknown = |one: &Found| matches!(&one.drift, Some(Err(_)));
    let errors = || rows.iter().filter_map(|row| row.found.as_ref().err());
    if found().any(|one| one.as_expected == Some(false) || drifts(one)) {
        Exit::Findings
    } else if errors().any(|error| error.exit() != Exit::Usage) || found().any(unknown) {
        Exit::Unavailable
    } else if errors().next().is_some() {
        Exit::Usage
    } else {
        Exit::Success
    }
}
