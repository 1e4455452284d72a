//! `cargo migcheck check`: every finding of every directory.

use clap::Args;
use migcheck_core::Checked;
use serde::Serialize;

use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::{Answer, JsonFinding};
use crate::output::{Format, GREEN, RED, YELLOW, counted, painted};

/// Report everything that is wrong with the migrations
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct CheckArgs {
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Serialize)]
struct CheckAnswer<'a> {
    errors: usize,
    warnings: usize,
    directories: Vec<DirectoryAnswer<'a>>,
}

#[derive(Debug, Serialize)]
struct DirectoryAnswer<'a> {
    directory: &'a str,
    layout: &'static str,
    /// `None` where the errors leave no graph to count.
    revisions: Option<usize>,
    findings: Vec<JsonFinding<'a>>,
}

impl CheckArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let directories = context.selection.directories()?;
        let checked: Vec<(String, Checked)> = directories
            .into_iter()
            .map(|directory| (directory.name.clone(), directory.check()))
            .collect();
        for (name, checked) in &checked {
            let reason = checked.layout_reason.as_deref();
            context.terminal.detail(format_args!(
                "`{name}` is of the layout `{}`: {}",
                checked.layout,
                reason.unwrap_or("its migcheck.toml says so")
            ));
        }
        match self.format {
            Format::Human => human(context, &checked),
            Format::Json => context.terminal.json(&Answer::new(answer(&checked))),
        }
        let failed = checked.iter().any(|(_, checked)| checked.has_errors());
        Ok(if failed {
            Exit::Findings
        } else {
            Exit::Success
        })
    }
}

fn human(context: &Context, checked: &[(String, Checked)]) {
    let terminal = &context.terminal;
    for (_, checked) in checked {
        terminal.findings(&checked.findings);
    }
    for (name, checked) in checked {
        let what = match &checked.graph {
            Some(graph) => format!("{} in {name}", counted(graph.len(), "revision")),
            None => name.clone(),
        };
        terminal.summary(format_args!("checked {what}: {}\n", verdict(checked)));
    }
}

/// How a check ended, in a few words.
pub(super) fn verdict(checked: &Checked) -> String {
    let (errors, warnings) = checked.counts();
    let parts: Vec<String> = [(errors, "error", RED), (warnings, "warning", YELLOW)]
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, what, style)| painted(style, counted(count, what)))
        .collect();
    if parts.is_empty() {
        painted(GREEN, "no findings")
    } else {
        parts.join(", ")
    }
}

fn answer(checked: &[(String, Checked)]) -> CheckAnswer<'_> {
    let counts = || checked.iter().map(|(_, checked)| checked.counts());
    CheckAnswer {
        errors: counts().map(|(errors, _)| errors).sum(),
        warnings: counts().map(|(_, warnings)| warnings).sum(),
        directories: checked
            .iter()
            .map(|(name, checked)| DirectoryAnswer {
                directory: name,
                layout: checked.layout.name(),
                revisions: checked
                    .graph
                    .as_ref()
                    .map(migcheck_core::RevisionGraph::len),
                findings: checked.findings.iter().map(JsonFinding::of).collect(),
            })
            .collect(),
    }
}
