//! Planted faults: every one has to be found, at its revision and at no other, with a difference that
//! names the object; and what is right has to be left in peace.
//!
//! [`kinds`] generates each kind of object times each way that a down script can be wrong; [`stock`] are changes to the scripts of the example service, [`added`] are revisions on top of
//! them that come with a right way down and a wrong one. A fault is added by adding an entry there.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what breaks has failed the test"
)]

mod added;
mod kinds;
mod stock;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use kinds::{Kind, Planted, WAYS};
use migcheck::harness::Stair;
use migcheck::{Outcome, RoundTripReport, round_trip};
use support::{Case, Directory, TestServer, run_on_every_server};

const DIRECTORY: &str = "examples/rag-service/migrations";

/// What becomes of rows is planted in the tests of rows.
const SCHEMA_ALONE: &str =
    "layout = \"native\"\n[naming]\nfile = \"{seq}_{slug}\"\n[roundtrip]\nrows = 0\n";

/// Behind each planted revision comes one that undoes it, so that none meets another.
const UNDOES: &str = "-- migcheck: irreversible = \"it undoes\"\n";

/// A change to a file of the example service.
struct Edit {
    /// What is wrong then.
    name: &'static str,
    /// The servers that read the file.
    on: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
    /// What has to be found at the file's revision, in this order.
    finds: &'static [Outcome],
    /// What the report has to name.
    shows: &'static [&'static str],
}

/// A revision on top of the example service.
struct Addition {
    /// What its wrong down script does not bring back.
    name: &'static str,
    /// The servers that have such a thing and understand these scripts.
    on: &'static str,
    up: &'static str,
    /// The right way down.
    down: &'static str,
    wrong_down: &'static str,
    /// What has to be found, in this order.
    finds: &'static [Outcome],
    /// What the report has to name.
    shows: &'static [&'static str],
}

/// What was planted, and what was right.
static FOUND: AtomicUsize = AtomicUsize::new(0);
static PASSED: AtomicUsize = AtomicUsize::new(0);

fn main() -> ExitCode {
    let cases = vec![
        Case::new("faults_of_stock_revisions_are_found", stock_faults),
        Case::new("faults_of_added_revisions_are_found", |server| {
            additions(server, true);
        }),
        Case::new("right_additions_pass", |server| {
            additions(server, false);
        }),
        Case::new("faults_of_every_kind_are_found", |server| {
            generated(server, true);
        }),
        Case::new("right_revisions_of_every_kind_pass", |server| {
            generated(server, false);
        }),
    ];
    let code = run_on_every_server(cases, Vec::new());
    let [found, passed] = [&FOUND, &PASSED].map(|counter| counter.load(Ordering::Relaxed));
    println!("{found} planted faults found, {passed} right revisions passed");
    code
}

/// Whether the product is one of the words of `on`.
fn is_on(on: &str, server: &TestServer) -> bool {
    on.split(' ').any(|product| product == server.product())
}

/// A walk shows every fault, so that one with several of them is as good as one walk each; but one
/// revision has one at a time.
fn stock_faults(server: &TestServer) {
    let mut left: Vec<&Edit> = stock::EDITS
        .iter()
        .filter(|edit| is_on(edit.on, server))
        .collect();
    assert!(!left.is_empty());
    while !left.is_empty() {
        let directory = Directory::copy_of(DIRECTORY);
        let mut expected: Vec<Expected> = Vec::new();
        left.retain(|edit| {
            let revision = edit.file.split('_').next().unwrap();
            let taken = expected.iter().any(|other| other.revision == revision);
            if !taken {
                directory.edit(edit.file, edit.from, edit.to);
                expected.push(Expected {
                    revision: revision.to_owned(),
                    name: edit.name.to_owned(),
                    finds: edit.finds,
                    shows: edit.shows.to_vec(),
                });
            }
            taken
        });
        assert_finds(server, &directory, &expected);
        FOUND.fetch_add(expected.len(), Ordering::Relaxed);
    }
}

/// All additions in one walk. Behind each comes a revision that undoes it, so that none meets another.
fn additions(server: &TestServer, wrong: bool) {
    let directory = Directory::copy_of(DIRECTORY);
    let all: Vec<_> = added::ADDITIONS
        .iter()
        .filter(|addition| is_on(addition.on, server))
        .collect();
    let count = all.len();
    let mut expected: Vec<Expected> = Vec::new();
    for (number, addition) in (13..).step_by(2).zip(all) {
        let down = if wrong {
            addition.wrong_down
        } else {
            addition.down
        };
        add(&directory, number, "", addition.up);
        directory.write(&format!("{number:03}_added.down.sql"), down);
        add(&directory, number + 1, UNDOES, addition.down);
        if wrong || addition.finds == added::MOVED {
            expected.push(Expected {
                revision: format!("{number:03}"),
                name: addition.name.to_owned(),
                finds: addition.finds,
                shows: addition.shows.to_vec(),
            });
        }
    }
    let report = assert_finds(server, &directory, &expected);
    assert_eq!(report.is_passed(), !wrong, "{report}");
    let counter = if wrong { &FOUND } else { &PASSED };
    counter.fetch_add(count, Ordering::Relaxed);
}

/// Every kind that the server has, each way; some kinds a walk, because a fault has the database made
/// anew from its first revision.
fn generated(server: &TestServer, wrong: bool) {
    let kinds: Vec<&Kind> = kinds::KINDS
        .iter()
        .filter(|kind| is_on(kind.on, server))
        .collect();
    for kinds in kinds.chunks(5) {
        let directory = Directory::new();
        directory.write("migcheck.toml", SCHEMA_ALONE);
        let setup: String = kinds.iter().map(|kind| kind.setup()).collect();
        let referred = "CREATE TABLE referred (id INTEGER PRIMARY KEY);\n";
        add(
            &directory,
            1,
            "-- migcheck: irreversible = \"it begins\"\n",
            &format!("{referred}{setup}"),
        );
        let planted: Vec<Planted> = kinds
            .iter()
            .flat_map(|kind| WAYS.map(|way| kind.planted(way)))
            .collect();
        let mut expected: Vec<Expected<'_>> = Vec::new();
        for (number, one) in (2..).step_by(2).zip(&planted) {
            let down = if wrong { &one.wrong_down } else { &one.down };
            add(&directory, number, "", &one.up);
            directory.write(&format!("{number:03}_added.down.sql"), down);
            add(&directory, number + 1, UNDOES, &one.down);
            if wrong {
                expected.push(Expected {
                    revision: format!("{number:03}"),
                    name: one.name.clone(),
                    finds: one.finds,
                    shows: vec![&one.shows],
                });
            }
        }
        let report = assert_finds(server, &directory, &expected);
        assert_eq!(report.is_passed(), !wrong, "{report}");
        let counter = if wrong { &FOUND } else { &PASSED };
        counter.fetch_add(planted.len(), Ordering::Relaxed);
    }
}

/// Adds a revision to a chain that begins at 1.
fn add(directory: &Directory, number: usize, directives: &str, up: &str) {
    let parent = match number - 1 {
        0 => "base".to_owned(),
        parent => format!("{parent:03}"),
    };
    let up = format!("-- migcheck: revises = \"{parent}\"\n{directives}{up}\n");
    directory.write(&format!("{number:03}_added.up.sql"), up);
}

/// A planted fault.
struct Expected<'a> {
    revision: String,
    name: String,
    finds: &'static [Outcome],
    shows: Vec<&'a str>,
}

/// Walks the directory: what is expected is found, and nothing else.
fn assert_finds(
    server: &TestServer,
    directory: &Directory,
    expected: &[Expected<'_>],
) -> RoundTripReport {
    let graph = directory.graph();
    let report = round_trip(&graph).on(server.on()).rows(0).run();
    assert!(report.errors.is_empty(), "{report}");

    let stairs = graph.revisions().iter().flat_map(|one| {
        let id = one.id.as_str();
        let planted = expected.iter().find(|fault| fault.revision == id);
        let outcomes: &[Outcome] = match planted {
            Some(fault) => fault.finds,
            None if one.irreversible.is_some() => &[Outcome::Irreversible],
            None => &[Outcome::Passed],
        };
        outcomes.iter().map(move |outcome| (id, *outcome))
    });
    let found = report
        .stairs
        .iter()
        .map(|stair| (&*stair.revision, stair.outcome));
    assert_eq!(
        found.collect::<Vec<_>>(),
        stairs.collect::<Vec<_>>(),
        "\n{report}"
    );

    for fault in expected {
        let at = |stair: &&Stair| stair.revision == fault.revision;
        // The first is the fault itself; those behind it are what comes of it.
        let stair = report.stairs.iter().find(at).unwrap();
        let said = match (&stair.diff, &stair.error) {
            (Some(diff), None) => diff.to_string(),
            (None, Some(error)) => error.to_string(),
            both => panic!("{both:?}"),
        };
        for name in &fault.shows {
            assert!(
                said.contains(name),
                "{}: {name:?} is not in:\n{said}",
                fault.name
            );
        }
    }
    report
}
