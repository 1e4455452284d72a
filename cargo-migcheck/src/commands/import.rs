//! `cargo migcheck import`: another tool's migrations become a native directory.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use migcheck_core::create;
use migcheck_core::import::{ImportError, Imported, Origin, import};
use migcheck_core::{Checked, Finding, LOCK_FILE, check};
use serde::Serialize;

use super::check::verdict;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::{Answer, JsonFinding};
use crate::output::{Format, counted};
use crate::workspace::{DEFAULT_DIRECTORY, folder_of, named_in_manifest, slashed};

/// Write the migrations of another tool as a native directory
///
/// Ids, texts and the order stay as they are. The source is only read; of Alembic's Python nothing is
/// run, and what is no plain SQL is left to be written.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The folder that holds the other tool's migrations
    #[arg(value_name = "DIR")]
    source: PathBuf,
    /// The tool; without it, the files tell
    #[arg(long, value_name = "LAYOUT", value_parser = layouts())]
    from: Option<String>,
    /// The directory to write, new or empty; without it, the package's own
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

fn layouts() -> PossibleValuesParser {
    let names = Origin::all().into_iter().map(Origin::name);
    names.chain(["auto"]).collect::<Vec<_>>().into()
}

#[derive(Debug, Serialize)]
struct ImportAnswer<'a> {
    from: &'a str,
    source: &'a str,
    directory: &'a str,
    written: bool,
    revisions: usize,
    files: Vec<&'a str>,
    left: &'a [String],
    one_way: &'a [String],
    unfinished: &'a [String],
    findings: Vec<JsonFinding<'a>>,
}

impl ImportArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let source = shown(&self.source);
        if !self.source.is_dir() {
            return Err(
                CommandError::usage(format!("there is no directory `{source}`"))
                    .hinted("`import DIR` takes the folder that holds the other tool's migrations"),
            );
        }
        let target = self.target(context)?;
        let to = shown(&target);
        refuse_unless_free(&self.source, &target, &to)?;
        let origin = self.from.as_deref().and_then(Origin::from_name);
        let imported = import(&self.source, &source, origin).map_err(refused)?;
        let checked = if self.dry_run {
            None
        } else {
            create::write(&target, &imported.files)?;
            Some(check(&target, &to))
        };
        match self.format {
            Format::Human => human(context, &imported, checked.as_ref(), &source, &to),
            Format::Json => context.terminal.json(&Answer::new(ImportAnswer {
                from: imported.origin.name(),
                source: &source,
                directory: &to,
                written: checked.is_some(),
                revisions: imported.revisions,
                files: imported.files.iter().map(|file| &*file.name).collect(),
                left: &imported.left,
                one_way: &imported.one_way,
                unfinished: &imported.unfinished,
                findings: findings(&imported, checked.as_ref())
                    .map(JsonFinding::of)
                    .collect(),
            })),
        }
        Ok(match checked {
            Some(checked) if checked.has_errors() => Exit::Findings,
            _ => Exit::Success,
        })
    }

    /// The directory that is named; else where the package keeps its migrations.
    fn target(&self, context: &Context) -> Result<PathBuf, CommandError> {
        match (&self.to, context.selection.directory.as_slice()) {
            (Some(_), [_, ..]) | (None, [_, _, ..]) => {
                Err(CommandError::usage("`import` writes one directory")
                    .hinted("name it with `--to`, once"))
            }
            (Some(one), []) | (None, [one]) => Ok(one.clone()),
            (None, []) => {
                let package = context
                    .selection
                    .package()
                    .map_err(|error| error.hinted("or name the directory to write with `--to`"))?
                    .package;
                let named = named_in_manifest(&package)?.unwrap_or_default();
                let name = named.into_iter().next();
                let name = name.unwrap_or_else(|| DEFAULT_DIRECTORY.to_owned());
                let here = std::env::current_dir().unwrap_or_default();
                let folder = folder_of(&package);
                Ok(folder.strip_prefix(here).unwrap_or(folder).join(name))
            }
        }
    }
}

fn shown(path: &Path) -> String {
    let path = slashed(path);
    let name = path.trim_start_matches("./").trim_end_matches('/');
    if name.is_empty() {
        path
    } else {
        name.to_owned()
    }
}

/// Nothing is written over or beside what is there, and nothing into the source.
fn refuse_unless_free(source: &Path, target: &Path, to: &str) -> Result<(), CommandError> {
    let real = |path: &Path| {
        // What does not exist yet stands in the nearest folder that does.
        let mut there = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        while !there.exists() && there.pop() {}
        there.canonicalize().unwrap_or(there)
    };
    let entries = match fs::read_dir(target) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) if target.exists() => true,
        Err(_) => false,
    };
    if entries {
        return Err(CommandError::usage(format!(
            "`{to}` is not empty, and `import` overwrites nothing"
        ))
        .hinted("name a new directory with `--to`"));
    }
    if real(target).starts_with(real(source)) {
        return Err(CommandError::usage(format!(
            "`{to}` is inside the source, which stays as it is"
        ))
        .hinted("name a directory beside it with `--to`"));
    }
    Ok(())
}

fn refused(error: ImportError) -> CommandError {
    let (message, help) = (error.to_string(), error.help());
    let error = match error {
        ImportError::Unsound { findings, .. } => CommandError::unsound(message, findings),
        _ => CommandError::usage(message),
    };
    error.hinted(help).hinted("nothing was written")
}

/// What the source shows, and then what the new directory does.
fn findings<'a>(
    imported: &'a Imported,
    checked: Option<&'a Checked>,
) -> impl Iterator<Item = &'a Finding> {
    let after = checked.map(|checked| checked.findings.as_slice());
    imported.findings.iter().chain(after.unwrap_or_default())
}

fn human(
    context: &Context,
    imported: &Imported,
    checked: Option<&Checked>,
    source: &str,
    to: &str,
) {
    let terminal = &context.terminal;
    if let Some(reason) = &imported.reason {
        terminal.note(format_args!(
            "`{source}` is taken for {}: {reason}",
            imported.origin
        ));
    }
    terminal.findings(&imported.findings);
    // An unfinished script is one line each: what they have in common is said once, below.
    let shown: Vec<Finding> = checked
        .into_iter()
        .flat_map(|checked| &checked.findings)
        .filter(|finding| finding.code != migcheck_core::Code::Unfinished)
        .cloned()
        .collect();
    terminal.findings(&shown);
    if checked.is_none() || terminal.is_verbose() {
        for file in &imported.files {
            terminal.print(format_args!("{to}/{}\n", file.name));
        }
    }
    let revisions = counted(imported.revisions, "revision");
    let files = counted(imported.files.len(), "file");
    match checked {
        None => terminal.summary(format_args!(
            "would write {revisions} of {} into {to}: {files}\n",
            imported.origin
        )),
        Some(checked) => {
            terminal.summary(format_args!(
                "wrote {revisions} of {} into {to}: {files}\n",
                imported.origin
            ));
            terminal.summary(format_args!("checked {to}: {}\n", verdict(checked)));
        }
    }
    if !imported.left.is_empty() {
        terminal.note(format_args!("left behind: {}", imported.left.join(", ")));
    }
    if !imported.one_way.is_empty() {
        terminal.note(format_args!(
            "without a way down: {}; `allow` in {} says so",
            few(&imported.one_way),
            if imported.one_way.len() == 1 {
                "its script"
            } else {
                "their scripts"
            },
        ));
    }
    if !imported.unfinished.is_empty() {
        terminal.note(format_args!(
            "to be completed: {}; nothing runs until then",
            few(&imported.unfinished)
        ));
    }
    if checked.is_some_and(|checked| !checked.has_errors()) {
        terminal.note(format_args!(
            "`cargo migcheck lock` records them in {LOCK_FILE}"
        ));
    }
}

/// The first few names, and how many more there are.
fn few(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let first = &names[..names.len().min(SHOWN)];
    match names.len() - first.len() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
