//! The lock's say in what may be edited without asking: nothing that it records.

use std::collections::{BTreeMap, HashSet};

use crate::config::{CONFIG_FILE, Config};
use crate::draft::draft;
use crate::finding::{Applicability, Finding};
use crate::layout::Layout;
use crate::lock::{LOCK_FILE, Lock, LockedRevision};
use crate::read::FileRead;

/// Leaves the edits of scripts that `lock` records to a person: a script that a database may have
/// run must not change, whatever is wrong with it. Where there is a lock that cannot be read, every
/// script may be one of those.
pub(crate) fn keep(
    files: &[FileRead],
    layout: Layout,
    config: &Config,
    lock: Option<&Lock>,
    findings: &mut [Finding],
) {
    let is_safe = |finding: &&mut Finding| {
        let edit = finding.edit.as_ref();
        edit.is_some_and(|edit| edit.applicability == Applicability::Safe)
    };
    let mut safe = findings.iter_mut().filter(is_safe).peekable();
    let is_locked = files.iter().any(|file| file.name == LOCK_FILE);
    if !is_locked || safe.peek().is_none() {
        return;
    }
    let locked = lock.map(|lock| locked_scripts(files, layout, config, lock));
    let config = files.iter().find(|file| file.name == CONFIG_FILE);
    for finding in safe {
        let Some(edit) = &mut finding.edit else {
            continue;
        };
        let path = &*edit.source.path;
        if config.is_some_and(|file| file.source.path == path) {
            continue;
        }
        let note = match &locked {
            None => {
                "the lock cannot be read, so that `--fix` does not know which scripts it may touch"
            }
            Some(locked) if locked.contains(path) => {
                "the lock records this script, so that `--fix` leaves it alone"
            }
            Some(_) => continue,
        };
        edit.applicability = Applicability::Guess;
        finding.notes.push(note.to_owned());
    }
}

/// The paths of the scripts of recorded revisions, as findings show them.
fn locked_scripts(
    files: &[FileRead],
    layout: Layout,
    config: &Config,
    lock: &Lock,
) -> HashSet<String> {
    let recorded: BTreeMap<&str, &LockedRevision> = lock
        .revisions
        .iter()
        .map(|revision| (&*revision.id, revision))
        .collect();
    // What is wrong with the files is reported already.
    let drafts = draft(files, layout, config, &mut Vec::new());
    drafts
        .iter()
        .filter(|draft| {
            // A place that is kept is there to be written in.
            let record = recorded.get(&*draft.id);
            record.is_some_and(|record| !record.is_reserved())
        })
        .flat_map(|draft| &draft.scripts)
        .map(|script| script.source.path.clone())
        .collect()
}
