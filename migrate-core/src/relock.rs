//! Bringing `migcheck.lock` up to date without blessing what it is there to catch.
//!
//! What is new is recorded. What was edited, removed or given another parent keeps its old record
//! until it is accepted by name, so that no routine command makes an edit of history look right.

use std::collections::{BTreeMap, BTreeSet};

use crate::checksum::{self, Checksum, Running};
use crate::graph::RevisionGraph;
use crate::lock::{Lock, LockedRevision};
use crate::revision::{Direction, Revision, Script};
use crate::split;
use crate::{Code, Dialect};

/// What became of a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relocked {
    /// The lock to write.
    pub lock: Lock,
    /// The revisions it did not record before, or recorded when they were still empty.
    pub recorded: Vec<String>,
    /// The revisions whose change was accepted.
    pub accepted: Vec<String>,
    /// What it still records as it was, and why.
    pub refused: Vec<(String, Code)>,
}

/// Why a lock cannot be brought up to date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RelockError {
    /// It is no lock, and git's conflict markers are not the reason.
    #[error("the lock cannot be read: {0}")]
    Unreadable(String),
    /// A revision that neither the directory nor the lock knows.
    #[error("neither the directory nor the lock knows the revision `{0}`")]
    Unknown(String),
}

/// The lock of `graph`, given the text of the one that is there.
///
/// # Errors
///
/// The text is no lock, or `accept` names something that does not exist.
pub fn relock(
    graph: &RevisionGraph,
    text: Option<&str>,
    accept: &[String],
) -> Result<Relocked, RelockError> {
    let records = match text {
        Some(text) => Records::read(&checksum::canonical(text))?,
        None => Records::default(),
    };
    let mut accepting = BTreeSet::new();
    for name in accept {
        // The id of a revision that is gone may be the start of another one, or a label.
        if records.0.contains_key(name) {
            accepting.insert(name.clone());
            continue;
        }
        match graph.find(name).ok().and_then(|at| graph.get(at)) {
            Some(revision) => accepting.insert(revision.id.to_string()),
            None => return Err(RelockError::Unknown(name.clone())),
        };
    }
    let mut relocked = Relocked {
        lock: Lock::of(graph),
        recorded: Vec::new(),
        accepted: Vec::new(),
        refused: Vec::new(),
    };
    for (now, revision) in relocked.lock.revisions.iter_mut().zip(graph.revisions()) {
        let id = now.id.clone();
        let Some(known) = records.0.get(&id) else {
            relocked.recorded.push(id);
            continue;
        };
        let changes: Vec<_> = known
            .iter()
            .map(|then| change(then, now, revision))
            .collect();
        match changes.iter().flatten().next() {
            _ if changes.contains(&None) => {}
            _ if changes.contains(&Some(Change::FilledIn)) => relocked.recorded.push(id),
            Some(Change::Of(code)) if !accepting.contains(&id) => {
                relocked.refused.push((id, *code));
                if let Some(then) = known.first() {
                    now.clone_from(then);
                }
            }
            _ => relocked.accepted.push(id),
        }
    }
    for (id, known) in &records.0 {
        if graph.position(id).is_some() {
            continue;
        }
        if accepting.contains(id) {
            relocked.accepted.push(id.clone());
            continue;
        }
        relocked.refused.push((id.clone(), Code::RemovedAfterLock));
        relocked.lock.revisions.extend(known.first().cloned());
    }
    Ok(relocked)
}

/// How a revision differs from its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// It was recorded as `cargo migcheck new` made it, and has got its statements since.
    FilledIn,
    /// The code says how.
    Of(Code),
}

fn change(then: &LockedRevision, now: &LockedRevision, revision: &Revision) -> Option<Change> {
    if then.revises != now.revises {
        Some(Change::Of(Code::ReparentedAfterLock))
    } else if then.up == now.up && then.down == now.down {
        None
    } else if is_filled_in(then, now, revision) {
        Some(Change::FilledIn)
    } else {
        Some(Change::Of(Code::EditedAfterLock))
    }
}

/// Whether `then` records what `cargo migcheck new` wrote, comments alone, and there are statements
/// by now: the record kept a place free. A merge is meant to stay empty and may long be applied, so
/// that statements in it are an edit like any other.
pub(crate) fn is_filled_in(
    then: &LockedRevision,
    now: &LockedRevision,
    revision: &Revision,
) -> bool {
    let same_edges = then.revises == now.revises && then.revises.len() < 2;
    if !same_edges || (then.up == now.up && then.down == now.down) {
        return false;
    }
    let recorded = [(Direction::Up, &then.up), (Direction::Down, &then.down)];
    recorded.into_iter().all(|(direction, sums)| {
        sums.iter().all(|(dialect, sum)| {
            revision
                .scripts
                .iter()
                .find(|script| script.direction == direction && script.dialect == *dialect)
                .is_some_and(|script| began_as(text_of(script), *dialect, *sum))
        })
    })
}

/// Whether a text begins with comments alone whose checksum is `sum`.
fn began_as(text: &str, dialect: Option<Dialect>, sum: Checksum) -> bool {
    let dialect = dialect.unwrap_or(Dialect::Postgres);
    let comment = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with("--");
    let lines = text.split_inclusive('\n').take_while(comment);
    let mut start = Running::default();
    let mut end = 0;
    for line in std::iter::once("").chain(lines) {
        start.add(line);
        end += line.len();
        // Where both directions are in one file, an empty line stood between them.
        let mut and_empty_line = start.clone();
        and_empty_line.add("\n");
        if [start.checksum(), and_empty_line.checksum()].contains(&sum) {
            return split::is_blank(text.get(..end).unwrap_or_default(), dialect);
        }
    }
    false
}

/// What the checksum of a script is of.
fn text_of(script: &Script) -> &str {
    let text = &*script.source.text;
    match &script.section {
        Some(section) => text.get(section.clone()).unwrap_or_default(),
        None => text,
    }
}

/// What a lock records of each revision: twice, where a merge in git left both sides of it.
#[derive(Debug, Default)]
struct Records(BTreeMap<String, Vec<LockedRevision>>);

impl Records {
    fn read(text: &str) -> Result<Self, RelockError> {
        let mut records = Self::default();
        for side in sides(text) {
            let lock =
                Lock::read(&side).map_err(|problem| RelockError::Unreadable(problem.message))?;
            for revision in lock.revisions {
                let known = records.0.entry(revision.id.clone()).or_default();
                if !known.contains(&revision) {
                    known.push(revision);
                }
            }
        }
        Ok(records)
    }
}

/// The text itself; where it holds git's conflict markers, ours and theirs.
fn sides(text: &str) -> Vec<String> {
    if !text.lines().any(|line| line.starts_with("<<<<<<< ")) {
        return vec![text.to_owned()];
    }
    let (mut ours, mut theirs) = (String::new(), String::new());
    let (mut in_ours, mut in_theirs) = (true, true);
    for line in text.split_inclusive('\n') {
        let marker = line.get(..7).unwrap_or_default();
        match marker {
            "<<<<<<<" => (in_ours, in_theirs) = (true, false),
            // diff3's middle part is what both sides have left behind.
            "|||||||" => (in_ours, in_theirs) = (false, false),
            "=======" => (in_ours, in_theirs) = (false, true),
            ">>>>>>>" => (in_ours, in_theirs) = (true, true),
            _ => {
                if in_ours {
                    ours.push_str(line);
                }
                if in_theirs {
                    theirs.push_str(line);
                }
            }
        }
    }
    vec![ours, theirs]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    struct Directory(tempfile::TempDir);

    impl Directory {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn revision(&self, id: &str, parent: &str, sql: &str) -> &Self {
            let up = format!("-- migcheck: revises = \"{parent}\"\n{sql}");
            fs::write(self.0.path().join(format!("{id}_x.up.sql")), up).unwrap();
            fs::write(self.0.path().join(format!("{id}_x.down.sql")), "SELECT 1;").unwrap();
            self
        }

        fn graph(&self) -> RevisionGraph {
            let config = "layout = \"native\"\n[naming]\nfile = \"{seq}_{slug}\"\n";
            fs::write(self.0.path().join("migcheck.toml"), config).unwrap();
            crate::check(self.0.path(), "m").graph.unwrap()
        }

        fn relock(&self, text: &str, accept: &[&str]) -> Relocked {
            let accept: Vec<String> = accept.iter().map(|id| (*id).to_owned()).collect();
            relock(&self.graph(), Some(text), &accept).unwrap()
        }
    }

    #[test]
    fn an_edit_is_refused_until_it_is_accepted() {
        let directory = Directory::new();
        directory
            .revision("1", "base", "SELECT 1;")
            .revision("2", "1", "SELECT 2;");
        let before = Lock::of(&directory.graph()).to_text();
        directory
            .revision("1", "base", "SELECT 9;")
            .revision("3", "2", "SELECT 3;");
        let refused = directory.relock(&before, &[]);
        assert_eq!(refused.recorded, ["3"]);
        assert_eq!(refused.refused, [("1".to_owned(), Code::EditedAfterLock)]);
        let again = directory.relock(&refused.lock.to_text(), &[]);
        assert_eq!(again.refused, refused.refused);
        let accepted = directory.relock(&before, &["1"]);
        assert_eq!(accepted.accepted, ["1"]);
        assert_eq!(accepted.lock, Lock::of(&directory.graph()));
    }

    #[test]
    fn what_is_removed_or_reparented_is_refused() {
        let directory = Directory::new();
        directory
            .revision("1", "base", "SELECT 1;")
            .revision("2", "1", "SELECT 2;")
            .revision("3", "2", "SELECT 3;");
        let before = Lock::of(&directory.graph()).to_text();
        fs::remove_file(directory.0.path().join("2_x.up.sql")).unwrap();
        fs::remove_file(directory.0.path().join("2_x.down.sql")).unwrap();
        directory.revision("3", "1", "SELECT 3;");
        assert_eq!(
            directory.relock(&before, &[]).refused,
            [
                ("3".to_owned(), Code::ReparentedAfterLock),
                ("2".to_owned(), Code::RemovedAfterLock)
            ]
        );
        let accepted = directory.relock(&before, &["2", "3"]);
        assert_eq!(accepted.lock, Lock::of(&directory.graph()));
    }

    #[test]
    fn an_id_is_accepted_even_if_another_starts_with_it() {
        let directory = Directory::new();
        directory
            .revision("2025", "base", "SELECT 1;")
            .revision("20250101", "2025", "SELECT 2;");
        let before = Lock::of(&directory.graph()).to_text();
        fs::remove_file(directory.0.path().join("2025_x.up.sql")).unwrap();
        fs::remove_file(directory.0.path().join("2025_x.down.sql")).unwrap();
        directory.revision("20250101", "base", "SELECT 2;");
        assert_eq!(directory.relock(&before, &["2025"]).accepted, ["2025"]);
    }

    #[test]
    fn a_new_revision_is_filled_in_without_asking() {
        let directory = Directory::new();
        directory.revision("1", "base", "-- Adds x.\n");
        fs::write(directory.0.path().join("1_x.down.sql"), "-- Undoes.\n").unwrap();
        let before = Lock::of(&directory.graph()).to_text();
        directory.revision("1", "base", "-- Adds x.\n\nCREATE TABLE x (y int);\n");
        fs::write(
            directory.0.path().join("1_x.down.sql"),
            "-- Undoes.\nDROP TABLE x;\n",
        )
        .unwrap();
        let filled = directory.relock(&before, &[]);
        assert_eq!(filled.recorded, ["1"]);
        assert_eq!(filled.lock, Lock::of(&directory.graph()));
    }

    #[test]
    fn both_sides_of_a_conflict_are_kept_to() {
        let directory = Directory::new();
        directory.revision("1", "base", "SELECT 1;");
        let common = Lock::of(&directory.graph());
        directory.revision("2", "1", "SELECT 2;");
        let both = Lock::of(&directory.graph()).to_text();
        let text = format!(
            "<<<<<<< HEAD\n{}||||||| base\nnonsense\n=======\n{both}>>>>>>> other\n",
            common.to_text()
        );
        let relocked = directory.relock(&text, &[]);
        assert_eq!((relocked.recorded.len(), relocked.refused.len()), (0, 0));
        directory.revision("2", "1", "SELECT 3;");
        assert_eq!(directory.relock(&text, &[]).refused.len(), 1);
    }
}
