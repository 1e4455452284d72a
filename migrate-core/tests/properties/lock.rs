//! `migcheck.lock`, and what `cargo migcheck lock` makes of it.

use std::collections::BTreeSet;

use migcheck_core::{Checked, Code, LOCK_FILE, Lock, RelockError, check_files, relock};

use super::directory::{Files, examine, native};

/// Revisions of every kind: common, with a script of one dialect, still empty.
fn directory() -> Files {
    let mut files = native(&[
        ("001_users", "\"base\""),
        ("002_x", "\"001\""),
        ("003_y", "\"002\""),
    ]);
    let empty = "-- migcheck: revises = \"002\"\n-- Nothing yet.\n";
    files.insert("003_y.up.sql".to_owned(), empty.into());
    files.insert("003_y.down.sql".to_owned(), "-- Nothing yet.\n".into());
    files.insert(
        "002_x.up.mysql.sql".to_owned(),
        "-- migcheck: revises = \"001\"\nSELECT 1;\n".into(),
    );
    files
}

/// The lock of that directory, as it ought to be.
pub fn sound_lock() -> String {
    let graph = check_files(directory(), "migrations").graph.unwrap();
    Lock::of(&graph).to_text()
}

/// A lock, beside that directory.
pub fn lock(text: &[u8]) {
    let files = directory();
    let checked = locked(&files, text);
    // No graph is made of a directory with a file that is no text.
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let graph = checked
        .graph
        .as_ref()
        .expect("the lock is no part of the graph");
    let relocked = match relock(graph, Some(text), &[]) {
        Ok(relocked) => relocked,
        Err(error) => {
            assert!(matches!(error, RelockError::Unreadable(_)), "{error}");
            assert!(
                checked.lock.is_none() || text.contains("<<<<<<< "),
                "{error}"
            );
            return;
        }
    };
    // What is written reads back, and is written again as it was.
    let written = relocked.lock.to_text();
    let again = locked(&files, written.as_bytes());
    assert_eq!(again.lock.as_ref(), Some(&relocked.lock), "{written}");
    let twice = relock(graph, Some(&written), &[]).unwrap();
    assert_eq!(
        (&twice.lock, &twice.refused),
        (&relocked.lock, &relocked.refused),
        "{written}"
    );
    assert!(
        twice.recorded.is_empty() && twice.accepted.is_empty(),
        "{written}"
    );
    // What is refused is what the check complains of, and can be accepted.
    assert_eq!(relocked.refused.is_empty(), !complains(&again), "{written}");
    let names: Vec<String> = relocked.refused.into_iter().map(|(id, _)| id).collect();
    let accepted = relock(graph, Some(&written), &names).unwrap();
    assert_eq!(accepted.lock, Lock::of(graph), "{written}");
    let known: BTreeSet<_> = accepted.accepted.into_iter().collect();
    assert_eq!(known, names.into_iter().collect(), "{written}");
}

fn locked(files: &Files, text: &[u8]) -> Checked {
    let mut files = files.clone();
    files.insert(LOCK_FILE.to_owned(), text.to_vec());
    examine(&files)
}

fn complains(checked: &Checked) -> bool {
    let codes = [
        Code::EditedAfterLock,
        Code::ReparentedAfterLock,
        Code::RemovedAfterLock,
    ];
    checked.findings.iter().any(|one| codes.contains(&one.code))
}
