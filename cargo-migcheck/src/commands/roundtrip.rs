//! `cargo migcheck roundtrip`: every revision up, down and up again, on real servers.

mod fingerprints;
mod github;
mod human;
mod json;
mod junit;
mod since;

use std::num::NonZeroUsize;

use clap::{Args, ValueEnum};
use migcheck_core::RevisionGraph;
use migcheck_harness::{Partition, RoundTripError, RoundTripReport, round_trip};

use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Failure;
use crate::output::{Progress, Terminal, counted};
use crate::workspace::Directory;

/// Take every revision up, down and up again on real servers
#[derive(Debug, Args)]
pub(crate) struct RoundtripArgs {
    /// A server, instead of those of migcheck.toml: `postgres:17` (a container), `mysql@local`
    /// (binaries of this machine), a URL, `sqlite`
    #[arg(long, value_name = "SPEC")]
    on: Vec<String>,
    /// Check this revision alone
    #[arg(long, value_name = "REV", conflicts_with = "since")]
    revision: Vec<String>,
    /// Check the revisions alone that are new, or other than they were, since this branch left REF
    #[arg(long, value_name = "REF")]
    since: Option<String>,
    /// Check the Kth of N equal parts: N machines check everything once
    #[arg(long, value_name = "K/N")]
    partition: Option<Partition>,
    /// Walk with so many workers on each server, each in a database of its own
    #[arg(long, value_name = "N")]
    workers: Option<NonZeroUsize>,
    /// Make so many rows in a table, instead of 3 or what migcheck.toml says; 0 makes none
    #[arg(long, value_name = "N")]
    rows: Option<usize>,
    /// Make other rows; the same ones for the same number
    #[arg(long, value_name = "N")]
    seed: Option<u32>,
    /// Write the fingerprint of each revision's schema into fingerprints.toml, which `identify` reads
    #[arg(long, conflicts_with_all = ["revision", "since", "partition"])]
    write_fingerprints: bool,
    /// For a person, a program, a CI server's test report, or GitHub's log
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: RoundtripFormat,
}

/// Who reads what came of the stairs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoundtripFormat {
    #[default]
    Human,
    // One JSON object, described in docs/json.md.
    Json,
    // JUnit's XML.
    Junit,
    // Workflow commands.
    Github,
}

impl RoundtripFormat {
    /// Tells a program why there is no answer; a person is told on stderr.
    pub(crate) fn fail(self, terminal: &Terminal, error: &CommandError) {
        match self {
            Self::Human => {}
            Self::Json => terminal.json(&Failure::of(error)),
            Self::Junit => terminal.print(junit::failure(error)),
            Self::Github => terminal.print(super::check::github::failure(error)),
        }
    }
}

/// A directory, and what its round trip came to.
#[derive(Debug)]
struct Tripped {
    directory: Directory,
    report: RoundTripReport,
    /// What was asked for where that is not everything, in words.
    scope: Option<String>,
}

impl RoundtripArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let mut tripped = Vec::new();
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
            let one = self.round_trip(context, directory, &graph)?;
            // Without its servers there is nothing to be written.
            if self.write_fingerprints && one.report.errors.is_empty() {
                fingerprints::write(context, &one.directory, &graph, &self.on)?;
            }
            tripped.push(one);
        }
        let terminal = &context.terminal;
        match self.format {
            RoundtripFormat::Human => {
                for one in &tripped {
                    human::print(terminal, one);
                }
            }
            RoundtripFormat::Json => json::print(terminal, &tripped),
            RoundtripFormat::Junit => terminal.print(junit::document(&tripped)),
            RoundtripFormat::Github => github::print(terminal, &tripped),
        }
        Ok(exit(&tripped))
    }

    fn round_trip(
        &self,
        context: &Context,
        directory: Directory,
        graph: &RevisionGraph,
    ) -> Result<Tripped, CommandError> {
        let mut run = round_trip(graph);
        let mut scope = Vec::new();
        for server in &self.on {
            run = run.on(server);
        }
        for revision in &self.revision {
            let place = graph.locate(revision)?;
            run = run.revisions(graph.ids(&[place]));
        }
        if let Some(since) = &self.since {
            let new = since::revisions(context, &directory, graph, since)?;
            scope.push(format!(
                "{} since `{since}`",
                counted(new.len(), "revision")
            ));
            run = run.revisions(new);
        }
        if let Some(partition) = self.partition {
            scope.push(format!("partition {partition}"));
            run = run.partition(partition);
        }
        if let Some(workers) = self.workers {
            run = run.workers(workers);
        }
        if let Some(rows) = self.rows {
            run = run.rows(rows);
        }
        if let Some(seed) = self.seed {
            run = run.seed(seed);
        }
        let progress = Progress::new(&context.terminal);
        let observer = progress.clone();
        let report = run.observe(move |event| observer.tell(event)).run();
        progress.clear();
        Ok(Tripped {
            directory,
            report,
            scope: Some(scope.join(", ")).filter(|scope| !scope.is_empty()),
        })
    }
}

/// A migration that fails is what a run is for; only without one is a missing server the result.
fn exit(tripped: &[Tripped]) -> Exit {
    let errors = || tripped.iter().flat_map(|one| &one.report.errors);
    if tripped
        .iter()
        .any(|one| one.report.failures().next().is_some())
    {
        Exit::Findings
    } else if errors().any(RoundTripError::is_unavailable) {
        Exit::Unavailable
    } else if errors().next().is_some() {
        Exit::Usage
    } else {
        Exit::Success
    }
}
