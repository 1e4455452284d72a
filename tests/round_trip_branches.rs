//! Merges: each branch without the others, and the others on top of it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what breaks has failed the test"
)]

mod support;

use std::num::NonZeroUsize;
use std::process::ExitCode;

use migcheck::{Outcome, RoundTripReport, round_trip};
use support::{Case, Directory, TestServer, assert_found, run_on_every_server};

fn main() -> ExitCode {
    let cases = vec![
        Case::new("branches_that_commute_pass", commuting),
        Case::new("a_hidden_dependency_is_found", hidden_dependency),
        Case::new("what_both_branches_make_is_found", made_twice),
        Case::new("a_downgrade_that_takes_too_much_is_found", takes_too_much),
        Case::new("branches_that_do_not_commute_are_found", not_commuting),
        Case::new("a_faulty_stair_is_told_once", told_once),
        Case::new("what_builds_on_a_branch_is_put_back", something_on_top),
    ];
    run_on_every_server(cases, Vec::new())
}

/// A base, two branches of a revision each, and a merge: 001 to 004.
fn diamond(left: [&str; 2], right: [&str; 2]) -> Directory {
    let directory = Directory::new();
    let base = ["CREATE TABLE a (id INTEGER PRIMARY KEY);", "DROP TABLE a;"];
    revision(&directory, "001", "\"base\"", base);
    revision(&directory, "002", "\"001\"", left);
    revision(&directory, "003", "\"001\"", right);
    revision(&directory, "004", "[\"002\", \"003\"]", ["SELECT 1;"; 2]);
    directory
}

fn revision(directory: &Directory, id: &str, revises: &str, [up, down]: [&str; 2]) {
    let up = format!("-- migcheck: revises = {revises}\n{up}");
    directory.write(&format!("{id}_make.up.sql"), up);
    directory.write(&format!("{id}_make.down.sql"), down);
}

/// What a report of the diamond has to say, and the words of it.
#[track_caller]
fn assert_only(report: &RoundTripReport, revision: &str, outcome: Outcome, says: &[&str]) {
    let expected = ["001", "002", "003", "004"].map(|id| match id == revision {
        true => (id, outcome),
        false => (id, Outcome::Passed),
    });
    assert_found(report, &expected);
    let fault = report.stairs.iter().find(|stair| stair.outcome == outcome);
    let said = fault.unwrap().render(Default::default());
    for part in says {
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(part), "{part:?} is not in:\n{said}");
    }
}

fn commuting(server: &TestServer) {
    let column = |name: &str| {
        [
            format!("ALTER TABLE a ADD COLUMN {name} INTEGER;"),
            format!("ALTER TABLE a DROP COLUMN {name};"),
        ]
    };
    let [x, y, z] = ["x", "y", "z"].map(column);
    let directory = diamond([&x[0], &x[1]], [&y[0], &y[1]]);
    // One more of each branch, so that neither is walked in whole before the other.
    revision(&directory, "004", "\"002\"", [&z[0], &z[1]]);
    let made = ["CREATE TABLE b (id INTEGER PRIMARY KEY);", "DROP TABLE b;"];
    revision(&directory, "005", "\"003\"", made);
    let merge = ["CREATE TABLE c (id INTEGER PRIMARY KEY);", "DROP TABLE c;"];
    revision(&directory, "006", "[\"004\", \"005\"]", merge);
    let expected = ["001", "002", "003", "004", "005", "006"].map(|id| (id, Outcome::Passed));
    for workers in [1, 3] {
        let workers = NonZeroUsize::new(workers).unwrap();
        let report = round_trip(directory.graph())
            .on(server.on())
            .workers(workers);
        let report = report.run();
        assert_found(&report, &expected);
        assert!(
            report.stairs.iter().all(|stair| stair.notes.is_empty()),
            "{report}"
        );
    }
}

fn hidden_dependency(server: &TestServer) {
    let directory = diamond(
        ["CREATE TABLE b (id INTEGER PRIMARY KEY);", "DROP TABLE b;"],
        [
            "ALTER TABLE b ADD COLUMN x INTEGER;",
            "ALTER TABLE b DROP COLUMN x;",
        ],
    );
    let report = round_trip(directory.graph()).on(server.on()).run();
    let says = [
        "it passes after `002`, and fails without",
        "003_make.up.sql:2:",
        "(`004` joins the two)",
    ];
    assert_only(&report, "003", Outcome::ReUpgradeFails, &says);

    // It is found where only the merge is looked at, and by whichever worker has the merge.
    let workers = NonZeroUsize::new(2).unwrap();
    let parts = round_trip(directory.graph())
        .on(server.on())
        .workers(workers);
    assert_only(&parts.run(), "003", Outcome::ReUpgradeFails, &says);
    let merge = round_trip(directory.graph())
        .on(server.on())
        .revision("004");
    let expected = [("003", Outcome::ReUpgradeFails), ("004", Outcome::Passed)];
    assert_found(&merge.run(), &expected);

    directory.edit(
        "003_make.up.sql",
        "\"001\"",
        "\"001\"\n-- migcheck: depends-on = \"002\"",
    );
    let report = round_trip(directory.graph()).on(server.on()).run();
    assert!(report.is_passed(), "{report}");
}

fn made_twice(server: &TestServer) {
    let directory = diamond(
        ["CREATE TABLE b (id INTEGER PRIMARY KEY);", "DROP TABLE b;"],
        [
            "CREATE TABLE IF NOT EXISTS b (id INTEGER PRIMARY KEY);",
            "SELECT 1;",
        ],
    );
    let report = round_trip(directory.graph()).on(server.on()).run();
    let says = ["fails where `003` was applied first, which `004` joins with it"];
    assert_only(&report, "002", Outcome::ReUpgradeFails, &says);
}

fn takes_too_much(server: &TestServer) {
    let make = "CREATE TABLE IF NOT EXISTS b (id INTEGER PRIMARY KEY);";
    let directory = diamond([make, "DROP TABLE b;"], [make, "SELECT 1;"]);
    let report = round_trip(directory.graph()).on(server.on()).run();
    let says = ["and not where `003` was applied first", "- CREATE TABLE "];
    assert_only(&report, "002", Outcome::DowngradeLeavesResidue, &says);
}

fn not_commuting(server: &TestServer) {
    let directory = diamond(
        ["CREATE TABLE IF NOT EXISTS b (x INTEGER);", "DROP TABLE b;"],
        ["CREATE TABLE IF NOT EXISTS b (y INTEGER);", "SELECT 1;"],
    );
    let report = round_trip(directory.graph()).on(server.on()).run();
    let says = [
        "its branches do not commute: with `002` applied after `003` the schema is another one",
        "- x ",
        "+ y ",
    ];
    assert_only(&report, "004", Outcome::ReUpgradeDiffers, &says);
}

/// Its residue would be found in every order.
fn told_once(server: &TestServer) {
    let directory = diamond(
        ["CREATE TABLE b (id INTEGER PRIMARY KEY);", "DROP TABLE b;"],
        [
            "CREATE TABLE IF NOT EXISTS c (id INTEGER PRIMARY KEY);",
            "SELECT 1;",
        ],
    );
    let report = round_trip(directory.graph()).on(server.on()).run();
    assert_only(
        &report,
        "003",
        Outcome::DowngradeLeavesResidue,
        &["+ CREATE TABLE "],
    );
}

/// A third head goes up from one of the branches.
fn something_on_top(server: &TestServer) {
    let table = |name: &str| {
        [
            format!("CREATE TABLE {name} (id INTEGER PRIMARY KEY);"),
            format!("DROP TABLE {name};"),
        ]
    };
    let [b, c, d, e] = ["b", "c", "d", "e"].map(table);
    let directory = diamond([&b[0], &b[1]], [&c[0], &c[1]]);
    directory.edit("migcheck.toml", "layout", "heads = 2\nlayout");
    revision(&directory, "004", "\"002\"", [&d[0], &d[1]]);
    revision(&directory, "005", "[\"002\", \"003\"]", [&e[0], &e[1]]);
    revision(
        &directory,
        "006",
        "\"005\"",
        [
            "ALTER TABLE c ADD COLUMN x INTEGER;",
            "ALTER TABLE c DROP COLUMN x;",
        ],
    );
    let expected = ["001", "002", "003", "004", "005", "006"].map(|id| (id, Outcome::Passed));
    let report = round_trip(directory.graph()).on(server.on()).run();
    assert_found(&report, &expected);
}
