//! `cargo migcheck check`: every finding of every directory.

pub(super) mod checkout;
mod fix;
pub(super) mod github;
pub(super) mod past;
mod sarif;

use clap::{Args, ValueEnum};
use migcheck_core::Checked;
use serde::Serialize;

use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::{Answer, Failure, JsonFinding};
use crate::output::{Format, GREEN, RED, Terminal, YELLOW, counted, painted};
use crate::workspace::Directory;
use checkout::Checkout;
use fix::{Fixed, JsonFixed, fix};

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
    /// Make the edits that can mean one thing alone, and show each
    #[arg(long, conflicts_with_all = ["against", "since"])]
    fix: bool,
    /// For a person, a program, a code-scanning service, or GitHub's log
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: CheckFormat,
}

/// Who reads findings: more than read other answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    #[default]
    Human,
    // One JSON object, described in docs/json.md.
    Json,
    // SARIF 2.1.0.
    Sarif,
    // Workflow commands.
    Github,
}

impl From<Format> for CheckFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Human => Self::Human,
            Format::Json => Self::Json,
        }
    }
}

impl CheckFormat {
    /// Tells a program why there is no answer; a person is told on stderr.
    pub(crate) fn fail(self, terminal: &Terminal, error: &CommandError) {
        match self {
            Self::Human => {}
            Self::Json => terminal.json(&Failure::of(error)),
            Self::Sarif => terminal.json(&sarif::failure(error)),
            Self::Github => terminal.print(github::failure(error)),
        }
    }
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
    /// Where `--fix` was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed: Option<Vec<JsonFixed<'a>>>,
}

/// A directory, and what was found and done in it.
#[derive(Debug)]
struct Seen {
    directory: Directory,
    checked: Checked,
    fixed: Option<Vec<Fixed>>,
}

impl CheckArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let directories = context.selection.directories()?;
        let seen = directories
            .into_iter()
            .map(|directory| self.look(context, directory))
            .collect::<Result<Vec<_>, _>>()?;
        let terminal = &context.terminal;
        for Seen {
            directory, checked, ..
        } in &seen
        {
            let reason = checked.layout_reason.as_deref();
            terminal.detail(format_args!(
                "`{}` is of the layout `{}`: {}",
                directory.name,
                checked.layout,
                reason.unwrap_or("its migcheck.toml says so")
            ));
        }
        match self.format {
            CheckFormat::Human => self.human(terminal, &seen),
            CheckFormat::Json => terminal.json(&Answer::new(answer(&seen))),
            CheckFormat::Sarif => {
                for fixed in fixed_in(&seen) {
                    terminal.note(fixed.drawn().trim_end());
                }
                terminal.json(&sarif::log(&checkout(&seen), &seen));
            }
            CheckFormat::Github => self.github(terminal, &seen),
        }
        let failed = seen.iter().any(|one| one.checked.has_errors());
        // The program ends here: to free thousands of texts one by one would only delay that.
        std::mem::forget(seen);
        Ok(if failed {
            Exit::Findings
        } else {
            Exit::Success
        })
    }

    fn look(&self, context: &Context, directory: Directory) -> Result<Seen, CommandError> {
        let checked = past::check(
            context,
            &directory,
            self.against.as_deref(),
            self.since.as_deref(),
        )?;
        let (checked, fixed) = if self.fix {
            let (checked, fixed) = fix(&directory, checked)?;
            (checked, Some(fixed))
        } else {
            (checked, None)
        };
        Ok(Seen {
            directory,
            checked,
            fixed,
        })
    }

    fn human(&self, terminal: &Terminal, seen: &[Seen]) {
        print_fixed(terminal, seen);
        for one in seen {
            terminal.findings(&one.checked.findings);
        }
        self.summary(terminal, seen);
    }

    fn github(&self, terminal: &Terminal, seen: &[Seen]) {
        print_fixed(terminal, seen);
        let checkout = checkout(seen);
        for Seen {
            directory, checked, ..
        } in seen
        {
            for finding in &checked.findings {
                terminal.print(github::annotation(&checkout, directory, finding));
            }
        }
        self.summary(terminal, seen);
    }

    fn summary(&self, terminal: &Terminal, seen: &[Seen]) {
        let named = |word: &str, name: &Option<String>| {
            let name = name.as_ref();
            name.map_or(String::new(), |name| format!(" {word} `{name}`"))
        };
        let than = named("against", &self.against) + &named("since", &self.since);
        for Seen {
            directory,
            checked,
            fixed,
        } in seen
        {
            let name = &directory.name;
            let what = match &checked.graph {
                Some(graph) => format!("{} in {name}", counted(graph.len(), "revision")),
                None => name.clone(),
            };
            let verdict = verdict(checked);
            let fixed = fixed
                .as_ref()
                .map(|fixed| fixed.iter().map(Fixed::count).sum());
            let verdict = match fixed {
                None => verdict,
                Some(0) => format!("nothing that is safe to fix, {verdict}"),
                Some(count) => format!("{count} fixed, {verdict} left"),
            };
            terminal.summary(format_args!("checked {what}{than}: {verdict}\n"));
        }
    }
}

fn checkout(seen: &[Seen]) -> Checkout {
    Checkout::around(seen.iter().map(|one| &one.directory))
}

fn fixed_in(seen: &[Seen]) -> impl Iterator<Item = &Fixed> {
    seen.iter().flat_map(|one| one.fixed.iter().flatten())
}

fn print_fixed(terminal: &Terminal, seen: &[Seen]) {
    for fixed in fixed_in(seen) {
        terminal.print(format_args!("{}\n", fixed.drawn()));
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

fn answer(seen: &[Seen]) -> CheckAnswer<'_> {
    let counts = || seen.iter().map(|one| one.checked.counts());
    CheckAnswer {
        errors: counts().map(|(errors, _)| errors).sum(),
        warnings: counts().map(|(_, warnings)| warnings).sum(),
        directories: seen
            .iter()
            .map(|one| DirectoryAnswer {
                directory: &one.directory.name,
                layout: one.checked.layout.name(),
                revisions: one
                    .checked
                    .graph
                    .as_ref()
                    .map(migcheck_core::RevisionGraph::len),
                findings: one.checked.findings.iter().map(JsonFinding::of).collect(),
                fixed: one
                    .fixed
                    .as_ref()
                    .map(|fixed| fixed.iter().map(Fixed::answer).collect()),
            })
            .collect(),
    }
}
