//! `cargo migcheck check`: every finding of every directory.

use std::collections::BTreeSet;

use clap::Args;
use migcheck_core::{Checked, Code, Finding, Past, Since};
use serde::Serialize;

use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::git::{self, Commit, Elsewhere, GitTexts, Repository};
use crate::output::json::{Answer, JsonFinding};
use crate::output::{Format, GREEN, RED, YELLOW, counted, painted};
use crate::workspace::Directory;

/// Report everything that is wrong with the migrations
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct CheckArgs {
    /// Compare with the history as it stood where this branch left REF, so that a lock that accepts
    /// a change hides nothing
    #[arg(long, value_name = "REF")]
    against: Option<String>,
    /// Leave out findings about files that are as they were where this branch left REF; errors of
    /// the graph and of its history stay
    #[arg(long, value_name = "REF")]
    since: Option<String>,
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
        let checked = directories
            .into_iter()
            .map(|directory| Ok((directory.name.clone(), self.check(context, &directory)?)))
            .collect::<Result<Vec<_>, CommandError>>()?;
        for (name, checked) in &checked {
            let reason = checked.layout_reason.as_deref();
            context.terminal.detail(format_args!(
                "`{name}` is of the layout `{}`: {}",
                checked.layout,
                reason.unwrap_or("its migcheck.toml says so")
            ));
        }
        match self.format {
            Format::Human => self.human(context, &checked),
            Format::Json => context.terminal.json(&Answer::new(answer(&checked))),
        }
        let failed = checked.iter().any(|(_, checked)| checked.has_errors());
        Ok(if failed {
            Exit::Findings
        } else {
            Exit::Success
        })
    }

    fn check(&self, context: &Context, directory: &Directory) -> Result<Checked, CommandError> {
        let mut texts = GitTexts::of(&directory.path);
        let since = match &self.against {
            Some(name) => against(context, directory, name, &mut texts)?,
            None => None,
        };
        let mut checked = directory.check_with(Past {
            texts: Some(&texts),
            since: since.as_ref(),
        });
        if let Some(name) = &self.since {
            let repository = Repository::of(&directory.path)?;
            let commit = departure(context, &repository, name)?;
            let changed = repository.changed_since(&commit)?;
            let findings = std::mem::take(&mut checked.findings);
            checked.findings = findings
                .into_iter()
                .filter(|finding| stays(finding) || touches(finding, &checked.shown_as, &changed))
                .collect();
        }
        Ok(checked)
    }

    fn human(&self, context: &Context, checked: &[(String, Checked)]) {
        let terminal = &context.terminal;
        for (_, checked) in checked {
            terminal.findings(&checked.findings);
        }
        let named = |word: &str, name: &Option<String>| {
            let name = name.as_ref();
            name.map_or(String::new(), |name| format!(" {word} `{name}`"))
        };
        let than = named("against", &self.against) + &named("since", &self.since);
        for (name, checked) in checked {
            let what = match &checked.graph {
                Some(graph) => format!("{} in {name}", counted(graph.len(), "revision")),
                None => name.clone(),
            };
            terminal.summary(format_args!("checked {what}{than}: {}\n", verdict(checked)));
        }
    }
}

/// The commit at which the branch left `name`: what has been added there since is not this branch's.
fn departure(
    context: &Context,
    repository: &Repository,
    name: &str,
) -> Result<Commit, CommandError> {
    let commit = repository.commit(name)?;
    if let Some(commit) = repository.fork_point(&commit) {
        return Ok(commit);
    }
    if repository.is_shallow() {
        context.terminal.note(format_args!(
            "this clone is too shallow to tell where the branch left `{name}`, so that `{name}` \
             itself is taken; `git fetch --unshallow` brings the rest"
        ));
    }
    Ok(commit)
}

/// The history at `name`; `None` where the directory is not there.
fn against(
    context: &Context,
    directory: &Directory,
    name: &str,
    texts: &mut GitTexts,
) -> Result<Option<Since>, CommandError> {
    let repository = Repository::of(&directory.path)?;
    let commit = departure(context, &repository, name)?;
    match git::since(&repository, directory, name, &commit)? {
        Elsewhere::There {
            since,
            place,
            renamed_from,
        } => {
            texts.first_at(place);
            if let Some(folder) = renamed_from {
                context.terminal.note(format_args!(
                    "`{}` was `{}` at `{name}`",
                    directory.name,
                    folder.trim_end_matches('/')
                ));
            }
            Ok(Some(since))
        }
        Elsewhere::Nowhere => {
            context.terminal.note(format_args!(
                "`{}` is not at `{name}`: all of it is new",
                directory.name
            ));
            Ok(None)
        }
    }
}

/// Whether a finding matters whatever was changed: without a sound graph nothing else can be said,
/// and history is nobody's own.
fn stays(finding: &Finding) -> bool {
    let guards = [
        Code::EditedAfterLock,
        Code::RemovedAfterLock,
        Code::ReparentedAfterLock,
    ];
    finding.code.is_fixed() || guards.contains(&finding.code)
}

/// Whether a finding is about one of the files `changed`, which are below the directory.
fn touches(finding: &Finding, shown_as: &str, changed: &BTreeSet<String>) -> bool {
    finding.labels.iter().any(|label| {
        let below = label.source.path.strip_prefix(shown_as);
        below.is_some_and(|name| changed.contains(name.trim_start_matches('/')))
    })
}

fn verdict(checked: &Checked) -> String {
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
