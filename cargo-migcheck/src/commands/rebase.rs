//! `cargo migcheck rebase`: the way out of two heads that leaves no merge behind.

use std::fs;

use clap::Args;
use migcheck_core::create;
use migcheck_core::rebase::{self, Rebase, RebaseError, Rebased, Wanted};
use migcheck_core::{Checked, LOCK_FILE, RevisionGraph, Severity, Since, Stamp, relock_moved};
use serde::Serialize;

use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::git::{self, Elsewhere, Repository};
use crate::output::json::Answer;
use crate::output::{BOLD, Format, GREEN, counted, painted};
use crate::workspace::Directory;

/// Move the unreleased revisions of a branch on top of another head
///
/// The whole branch that REV is on is moved: its ancestors that HEAD does not have, and everything
/// that builds on those. The first of them then revises HEAD; ids and file names that would stand
/// before HEAD's are made anew; the lock is rewritten. Nothing is moved that the lock of the base
/// records, because a database may have run it.
#[derive(Debug, Args)]
pub(crate) struct RebaseArgs {
    /// A revision of the branch that moves
    #[arg(value_name = "REV")]
    revision: String,
    /// The head that it moves onto
    #[arg(long, value_name = "HEAD")]
    onto: String,
    /// Where released revisions are: any commit of git. Without it the first that exists of
    /// origin/HEAD, origin/main, main and master
    #[arg(long, value_name = "REF")]
    base: Option<String>,
    /// Vouch that no database has run what moves, and ask no base
    #[arg(long, conflicts_with = "base")]
    unreleased: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Serialize)]
struct RebaseAnswer<'a> {
    /// `None` where the user vouched.
    base: Option<&'a str>,
    dry_run: bool,
    revisions: Vec<RevisionAnswer<'a>>,
    files: Vec<FileAnswer>,
    lock: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct RevisionAnswer<'a> {
    revision: &'a str,
    was: &'a str,
    revises: &'a [String],
    revised: &'a [String],
}

#[derive(Debug, Serialize)]
struct FileAnswer {
    file: String,
    was: String,
    edited: bool,
}

impl RebaseArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let directory = context.selection.directory()?;
        let (checked, graph) = directory.load()?;
        let revision = graph.locate(&self.revision)?;
        let onto = graph.locate(&self.onto)?;
        let released = self.released(&directory)?;
        let wanted = Wanted {
            revision,
            onto,
            released: released.as_ref(),
        };
        let plan = rebase::plan(&checked, &graph, wanted, &Stamp::now()).map_err(refused)?;
        let lock = if self.dry_run {
            fs::exists(directory.path.join(LOCK_FILE)).unwrap_or(false)
        } else {
            move_all(&directory, &plan)?
        };
        let lock = lock.then(|| directory.file(LOCK_FILE));
        match self.format {
            Format::Human => self.print(context, &directory, &plan, &graph, lock.as_deref()),
            Format::Json => {
                let base = released.as_ref().map(|since| &*since.name);
                let answer = self.answer(&directory, &plan, base, lock.as_deref());
                context.terminal.json(&Answer::new(answer));
            }
        }
        Ok(Exit::Success)
    }

    /// The history that must not move; `None` where the user vouches that none has to stay.
    fn released(&self, directory: &Directory) -> Result<Option<Since>, CommandError> {
        if self.unreleased {
            return Ok(None);
        }
        let vouch = "if no database ever ran what is to be moved: `--unreleased`";
        let repository = Repository::of(&directory.path)
            .map_err(|error| CommandError::usage(error.to_string()).hinted(vouch))?;
        let (name, commit) = git::base(&repository, self.base.as_deref()).map_err(|error| {
            let error = match self.base {
                Some(_) => error,
                None => error.hinted("name the branch that is released: `--base REF`"),
            };
            error.hinted(vouch)
        })?;
        match git::since(&repository, directory, &name, &commit)? {
            Elsewhere::There { since, .. } => Ok(Some(since)),
            Elsewhere::Nowhere => Ok(Some(Since {
                name,
                lock: migcheck_core::Lock::default(),
            })),
        }
    }

    fn answer<'a>(
        &self,
        directory: &Directory,
        plan: &'a Rebase,
        base: Option<&'a str>,
        lock: Option<&'a str>,
    ) -> RebaseAnswer<'a> {
        let revisions = plan.revisions.iter().map(|one| RevisionAnswer {
            revision: &one.new_id,
            was: &one.id,
            revises: &one.revises,
            revised: &one.revised,
        });
        let files = plan.files.iter().map(|file| FileAnswer {
            file: directory.file(&file.to),
            was: directory.file(&file.from),
            edited: file.text.is_some(),
        });
        RebaseAnswer {
            base,
            dry_run: self.dry_run,
            revisions: revisions.collect(),
            files: files.collect(),
            lock,
        }
    }

    fn print(
        &self,
        context: &Context,
        directory: &Directory,
        plan: &Rebase,
        graph: &RevisionGraph,
        lock: Option<&str>,
    ) {
        let terminal = &context.terminal;
        let word = |word: &str| painted(GREEN, format_args!("{word:<8}"));
        for one in &plan.revisions {
            let id = painted(BOLD, &one.id);
            let id = match &one.new_id {
                new if *new == one.id => id,
                new => format!("{id} as {}", painted(BOLD, new)),
            };
            terminal.print(format_args!(
                "{}{id}: revises {}{}\n",
                word("moved"),
                one.revises.join(" and "),
                was(one)
            ));
        }
        for file in &plan.files {
            let from = directory.file(&file.from);
            if file.from == file.to {
                terminal.print(format_args!("{}{from}\n", word("edited")));
            } else {
                let to = match (file.from.rsplit_once('/'), file.to.rsplit_once('/')) {
                    (Some((folder, _)), Some((same, base))) if folder == same => base,
                    _ => &file.to,
                };
                terminal.print(format_args!("{}{from} to {to}\n", word("renamed")));
            }
        }
        if self.dry_run {
            terminal.note("this is what would be done; nothing was, because of `--dry-run`");
        } else if let Some(lock) = lock {
            let revisions = counted(graph.len(), "revision");
            terminal.summary(format_args!("{lock} records {revisions}\n"));
        }
    }
}

fn was(one: &Rebased) -> String {
    match one.revised.as_slice() {
        same if same == one.revises => String::new(),
        [] => ", was a base".to_owned(),
        parents => format!(", was {}", parents.join(" and ")),
    }
}

/// Moves the files and writes the lock, and tells whether there is one: all of it, or nothing.
fn move_all(directory: &Directory, plan: &Rebase) -> Result<bool, CommandError> {
    let moved = rebase::apply(&directory.path, &plan.files)?;
    let after = directory.check();
    let result = match &after.graph {
        Some(graph) if is_as_planned(graph, plan) => write_lock(directory, plan, graph),
        _ => Err(broken(after)),
    };
    if result.is_err() {
        moved.undo();
    }
    result
}

fn is_as_planned(graph: &RevisionGraph, plan: &Rebase) -> bool {
    plan.revisions.iter().all(|one| {
        let at = graph.position(&one.new_id);
        let mut revises = one.revises.clone();
        revises.sort();
        at.and_then(|at| graph.get(at)).is_some_and(|revision| {
            let mut parents = graph.ids(&revision.parents);
            parents.sort();
            parents == revises
        })
    })
}

fn broken(after: Checked) -> CommandError {
    let mut findings = after.findings;
    findings.retain(|finding| finding.severity == Severity::Deny);
    CommandError::unsound(
        "the history would be broken afterwards, so everything is as it was",
        findings,
    )
    .hinted("`cargo migcheck merge` joins the heads, and moves nothing")
}

fn write_lock(
    directory: &Directory,
    plan: &Rebase,
    graph: &RevisionGraph,
) -> Result<bool, CommandError> {
    let path = directory.path.join(LOCK_FILE);
    if !path.exists() {
        return Ok(false);
    }
    let file = directory.file(LOCK_FILE);
    let unreadable = |error: String| {
        CommandError::usage(format!("{file}: {error}"))
            .hinted("restore it from version control; everything else is as it was")
    };
    let text = fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
    let revisions = plan.revisions.iter();
    let ids = revisions.flat_map(|one| [one.id.clone(), one.new_id.clone()]);
    let relocked =
        relock_moved(graph, &text, ids).map_err(|error| unreadable(error.to_string()))?;
    create::replace(&path, &relocked.lock.to_text())?;
    Ok(true)
}

fn refused(error: RebaseError) -> CommandError {
    CommandError::usage(error.to_string()).hinted_all(error.help())
}
