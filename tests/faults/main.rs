//! Planted faults: every one has to be found, at its revision and at no other, with a difference that
//! names the object; and what is right has to be left in peace.
//!
//! [`stock`] are changes to the scripts of the example service, [`added`] are revisions on top of
//! them that come with a right way down and a wrong one. A fault is added by adding an entry there.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what breaks has failed the test"
)]

mod added;
mod stock;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use migcheck::harness::Stair;
use migcheck::{Outcome, RoundTripReport, round_trip};
use support::{Case, Directory, TestServer, run_on_every_server};

const DIRECTORY: &str = "examples/rag-service/migrations";

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

fn main() -> ExitCode {
    let cases = vec![
        Case::new("faults_of_stock_revisions_are_found", stock_faults),
        Case::new("faults_of_added_revisions_are_found", |server| {
            additions(server, true);
        }),
        Case::new("right_additions_pass", |server| {
            additions(server, false);
        }),
    ];
    run_on_every_server(cases, Vec::new())
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
                    name: edit.name,
                    finds: edit.finds,
                    shows: edit.shows,
                });
            }
            taken
        });
        assert_finds(server, &directory, &expected);
    }
}

/// All additions in one walk. Behind each comes a revision that undoes it, so that none meets another.
fn additions(server: &TestServer, wrong: bool) {
    let directory = Directory::copy_of(DIRECTORY);
    let add = |number: usize, directives: &str, up: &str| {
        let parent = number - 1;
        let up = format!("-- migcheck: revises = \"{parent:03}\"\n{directives}{up}\n");
        directory.write(&format!("{number:03}_added.up.sql"), up);
    };
    let all = added::ADDITIONS
        .iter()
        .filter(|addition| is_on(addition.on, server));
    let mut expected: Vec<Expected> = Vec::new();
    for (number, addition) in (13..).step_by(2).zip(all) {
        let down = if wrong {
            addition.wrong_down
        } else {
            addition.down
        };
        add(number, "", addition.up);
        directory.write(&format!("{number:03}_added.down.sql"), down);
        add(
            number + 1,
            "-- migcheck: irreversible = \"it undoes\"\n",
            addition.down,
        );
        if wrong || addition.finds == added::MOVED {
            expected.push(Expected {
                revision: format!("{number:03}"),
                name: addition.name,
                finds: addition.finds,
                shows: addition.shows,
            });
        }
    }
    let report = assert_finds(server, &directory, &expected);
    assert_eq!(report.is_passed(), !wrong, "{report}");
}

/// A planted fault.
struct Expected {
    revision: String,
    name: &'static str,
    finds: &'static [Outcome],
    shows: &'static [&'static str],
}

/// Walks the directory: what is expected is found, and nothing else.
fn assert_finds(
    server: &TestServer,
    directory: &Directory,
    expected: &[Expected],
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
        for name in fault.shows {
            assert!(
                said.contains(name),
                "{}: {name:?} is not in:\n{said}",
                fault.name
            );
        }
    }
    report
}
