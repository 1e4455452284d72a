//! Bringing `migcheck.lock` up to date without blessing what it is there to catch.
//!
//! What is new is recorded. What was edited, removed or given another parent keeps its old record
//! until it is accepted by name, so that no routine command makes an edit of history look right.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::Code;
use crate::checksum;
use crate::graph::RevisionGraph;
use crate::lock::{Lock, LockedRevision};

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
    /// It is no lock, and a merge in git is not the reason.
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
    Ok(records.relocked(graph, &accepting))
}

/// The lock of `graph` after revisions were moved on purpose. `moved` are their ids, those they had
/// included.
///
/// # Errors
///
/// The text is no lock.
pub fn relock_moved(
    graph: &RevisionGraph,
    text: &str,
    moved: impl IntoIterator<Item = String>,
) -> Result<Relocked, RelockError> {
    let records = Records::read(&checksum::canonical(text))?;
    Ok(records.relocked(graph, &moved.into_iter().collect()))
}

/// How a revision differs from its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// It was recorded as `cargo migcheck new` made it, and has got its statements since.
    FilledIn,
    /// The code says how.
    Of(Code),
}

/// `now` is the record to be written.
fn change(then: &LockedRevision, now: &LockedRevision) -> Option<Change> {
    if then.revises != now.revises {
        Some(Change::Of(Code::ReparentedAfterLock))
    } else if then.is_as(now) {
        None
    } else if then.is_reserved() {
        Some(Change::FilledIn)
    } else {
        Some(Change::Of(Code::EditedAfterLock))
    }
}

/// What a lock records of each revision: twice, where a merge in git left both sides of it.
#[derive(Debug, Default)]
struct Records(BTreeMap<String, Vec<LockedRevision>>);

impl Records {
    fn read(text: &str) -> Result<Self, RelockError> {
        let mut records = Self::default();
        let mut seen = HashSet::new();
        for side in sides(text) {
            let lock =
                Lock::read(&side).map_err(|problem| RelockError::Unreadable(problem.message))?;
            for revision in lock.revisions {
                if seen.insert(revision.clone()) {
                    let known = records.0.entry(revision.id.clone());
                    known.or_default().push(revision);
                }
            }
        }
        Ok(records)
    }

    /// The lock of `graph`, in which what is `accepting` may differ from its record.
    fn relocked(&self, graph: &RevisionGraph, accepting: &BTreeSet<String>) -> Relocked {
        let mut relocked = Relocked {
            lock: Lock::of(graph),
            recorded: Vec::new(),
            accepted: Vec::new(),
            refused: Vec::new(),
        };
        for now in &mut relocked.lock.revisions {
            let id = now.id.clone();
            let Some(known) = self.0.get(&id) else {
                relocked.recorded.push(id);
                continue;
            };
            let changes: Vec<_> = known.iter().map(|then| change(then, now)).collect();
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
        for (id, known) in &self.0 {
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
        relocked
    }
}

/// What git writes at the start of a line where two sides are in conflict.
pub(crate) const MARKERS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// Whether a text that is no lock is what a merge in git leaves: both sides, with markers or
/// without.
pub(crate) fn is_merge(text: &str) -> bool {
    Records::read(text).is_ok()
}

/// The sides of a merge in git: ours and theirs between conflict markers, else the text itself.
fn sides(text: &str) -> Vec<String> {
    let marker = |line: &str| MARKERS.iter().position(|marker| line.starts_with(marker));
    let (mut ours, mut theirs) = (Side::default(), Side::default());
    let (mut in_ours, mut in_theirs) = (true, true);
    for line in text.split_inclusive('\n') {
        match marker(line) {
            Some(0) => (in_ours, in_theirs) = (true, false),
            // diff3's middle part is what both sides have left behind.
            Some(1) => (in_ours, in_theirs) = (false, false),
            Some(2) => (in_ours, in_theirs) = (false, true),
            Some(_) => (in_ours, in_theirs) = (true, true),
            None => {
                if in_ours {
                    ours.push(line);
                }
                if in_theirs {
                    theirs.push(line);
                }
            }
        }
    }
    if ours.text == theirs.text {
        return vec![ours.text];
    }
    vec![ours.text, theirs.text]
}

/// One side of a merge in git. Where both were kept, lines that a lock has once stand there twice.
#[derive(Default)]
struct Side {
    text: String,
    has_version: bool,
    has_heads: bool,
    has_id: bool,
}

impl Side {
    fn push(&mut self, line: &str) {
        let is_key = |key: &str| {
            line.strip_prefix(key)
                .is_some_and(|rest| rest.starts_with(" ="))
        };
        let repeats = (is_key("version") && std::mem::replace(&mut self.has_version, true))
            || (is_key("heads") && std::mem::replace(&mut self.has_heads, true));
        if repeats {
            return;
        }
        if line.starts_with("[[revision]]") {
            self.has_id = false;
        } else if is_key("id") && std::mem::replace(&mut self.has_id, true) {
            self.text.push_str("[[revision]]\n");
        }
        self.text.push_str(line);
    }
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
