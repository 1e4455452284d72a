//! What `new` and `merge` share: the files are written, checked like any others, and locked.

use std::fs;

use migcheck_core::create::{self, CreateError, NewRevision};
use migcheck_core::{Checked, Code, Finding, LOCK_FILE, RevisionGraph, Severity, relock};
use serde::Serialize;

use super::editor::Editor;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::Format;
use crate::output::json::Answer;
use crate::workspace::Directory;

#[derive(Debug, Serialize)]
struct CreationAnswer<'a> {
    revision: &'a str,
    revises: &'a [String],
    files: &'a [String],
    lock: Option<&'a str>,
}

/// Writes `new` into the directory and says what was written. With an `editor`, its up script is
/// edited before it is locked.
///
/// # Errors
///
/// A file exists already, or the directory is not sound with the new revision in it. In both cases
/// nothing is left behind. What was edited stays, whatever it says.
pub(crate) fn write(
    context: &Context,
    format: Format,
    directory: &Directory,
    before: &Checked,
    new: &NewRevision,
    editor: Option<&Editor>,
) -> Result<Exit, CommandError> {
    let written = create::write(&directory.path, &new.files)?;
    let mut after = directory.check();
    if after.graph.is_none() {
        written.undo();
        return Err(CommandError::unsound(
            "the new revision would leave the history broken, so it was not made",
            errors(after),
        )
        .hinted("correct the options, and try again"));
    }
    let mut edited = Ok(());
    if let (Some(editor), Some(up)) = (editor, new.files.first()) {
        edited = editor.open(&directory.path.join(&up.name));
        after = directory.check();
    }
    let Some(graph) = after.graph.take() else {
        return Err(CommandError::unsound(
            "the new revision leaves the history broken as it was edited; its files stay as they are",
            errors(after),
        )
        .hinted("mend them; then `cargo migcheck lock` records the revision, where there is a lock"));
    };
    let files: Vec<String> = new
        .files
        .iter()
        .map(|file| directory.file(&file.name))
        .collect();
    let lock = update_lock(context, directory, &graph)?;
    match format {
        Format::Human => {
            context
                .terminal
                .print(format_args!("{}\n", files.join("\n")));
            let on = match new.revises.as_slice() {
                [] => "starts the history".to_owned(),
                parents => format!("builds on {}", parents.join(" and ")),
            };
            context.terminal.note(format_args!("`{}` {on}", new.id));
        }
        Format::Json => context.terminal.json(&Answer::new(CreationAnswer {
            revision: &new.id,
            revises: &new.revises,
            files: &files,
            lock: lock.as_deref(),
        })),
    }
    let heads = |checked: &Checked| {
        let mut findings = checked.findings.iter();
        findings
            .find(|finding| finding.code == Code::MultipleHeads)
            .map(|finding| finding.message.clone())
    };
    if let (None, Some(message)) = (heads(before), heads(&after)) {
        context.terminal.warn(message);
    }
    edited.map(|()| Exit::Success)
}

fn errors(checked: Checked) -> Vec<Finding> {
    let mut findings = checked.findings;
    findings.retain(|finding| finding.severity == Severity::Deny);
    findings
}

/// Records the new revision in the lock, where the directory has one.
fn update_lock(
    context: &Context,
    directory: &Directory,
    graph: &RevisionGraph,
) -> Result<Option<String>, CommandError> {
    let path = directory.path.join(LOCK_FILE);
    let Ok(text) = fs::read_to_string(&path) else {
        return Ok(None);
    };
    let name = directory.file(LOCK_FILE);
    // Both sides of a merge in git are no obstacle.
    let relocked = match relock(graph, Some(&text), &[]) {
        Ok(relocked) => relocked,
        Err(_) => {
            context
                .terminal
                .warn(format_args!("{name} cannot be read, and stays as it is"));
            return Ok(None);
        }
    };
    create::replace(&path, &relocked.lock.to_text())?;
    Ok(Some(name))
}

/// What to say of a revision that cannot be made.
pub(crate) fn refused(error: &CreateError, checked: &Checked) -> CommandError {
    CommandError::usage(error.to_string()).hinted_all(error.help(&checked.config))
}
