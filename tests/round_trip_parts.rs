//! Round trips of a part of a history: workers, partitions, merges, single revisions.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what breaks has failed the test"
)]

mod support;

use std::num::NonZeroUsize;
use std::process::ExitCode;

use libtest_mimic::Trial;
use migcheck::harness::{RoundTrip, Stair};
use migcheck::{Dialect, Outcome, RevisionGraph, RoundTripReport, round_trip};
use support::{Case, Directory, TestServer, assert_found, run_on_every_server};

fn main() -> ExitCode {
    let cases = vec![
        Case::new("workers_find_what_one_finds", workers),
        Case::new("partitions_have_every_stair_once", partitions),
        Case::new("a_part_starts_above_faults_before_it", faults_before),
        Case::new("a_merge_goes_down_to_its_parents", merge),
        Case::new("branches_with_labels_are_walked", branches),
        Case::new("a_chosen_revision_is_alone_with_its_parents", alone),
        Case::new("the_next_stair_has_the_columns_in_order", column_order),
        Case::new("what_fails_in_a_second_database_is_blamed", second_database)
            .only(|server| server.dialect() != Dialect::Sqlite),
    ];
    let nothing = Trial::test("nothing_to_check_needs_no_server", || {
        nothing_to_check();
        Ok(())
    });
    run_on_every_server(cases, vec![nothing])
}

/// Everything that a report says, but for times.
fn said(report: &RoundTripReport) -> Vec<String> {
    let said = |stair: &Stair| {
        let known = stair.known.as_deref().unwrap_or_default();
        format!(
            "{} {} {known}",
            stair.severity.name(),
            stair.render(Default::default())
        )
    };
    assert!(report.errors.is_empty(), "{report}");
    report.stairs.iter().map(said).collect()
}

fn with_workers(run: RoundTrip, workers: usize) -> RoundTripReport {
    run.workers(NonZeroUsize::new(workers).unwrap()).run()
}

/// A history with a fault of each kind here and there, two branches, and a merge.
fn faulty(dialect: Dialect) -> RevisionGraph {
    let directory = Directory::new();
    let sound = |number: usize| {
        let (up, down) = (
            format!("CREATE TABLE t{number} (id INTEGER PRIMARY KEY, n INTEGER);"),
            format!("DROP TABLE t{number};"),
        );
        directory.add("table", &up, &down);
    };
    (1..=5).for_each(sound);
    directory.add(
        "residue",
        "CREATE TABLE kept (id INTEGER PRIMARY KEY);",
        "SELECT 1;",
    );
    directory.add(
        "lose_values",
        "ALTER TABLE t3 DROP COLUMN n;",
        "ALTER TABLE t3 ADD COLUMN n INTEGER;",
    );
    let drop = match dialect {
        Dialect::MySql => "DROP INDEX one_n ON t4;",
        Dialect::Postgres | Dialect::Sqlite => "DROP INDEX one_n;",
    };
    directory.add(
        "find_no_duplicates",
        "CREATE UNIQUE INDEX one_n ON t4 (n);",
        drop,
    );
    (9..=12).for_each(sound);
    directory.add(
        "no_way_down",
        "ALTER TABLE t9 ADD COLUMN x INTEGER;",
        "DROP TABLE missing;",
    );
    (14..=19).for_each(sound);
    directory.add(
        "no_way_up",
        "CREATE TABLE half (id INTEGER PRIMARY KEY);\nDROP TABLE missing;",
        "SELECT 1;",
    );
    let revision = |id: &str, revises: &str, up: &str, down: &str| {
        directory.write(
            &format!("{id}_other.up.sql"),
            format!("-- migcheck: revises = {revises}\n{up}"),
        );
        directory.write(&format!("{id}_other.down.sql"), down);
    };
    revision("021", "\"020\"", "SELECT 1;", "SELECT 1;");
    revision(
        "030",
        "\"019\"",
        "CREATE TABLE half (id INTEGER PRIMARY KEY);",
        "DROP TABLE half;",
    );
    revision(
        "031",
        "\"030\"",
        "ALTER TABLE half ADD COLUMN n INTEGER;",
        "SELECT 1;",
    );
    revision(
        "032",
        "\"031\"",
        "CREATE INDEX by_n ON half (n);",
        "SELECT 1;",
    );
    revision(
        "033",
        "\"019\"",
        "CREATE TABLE side (id INTEGER PRIMARY KEY);",
        "DROP TABLE side;",
    );
    revision("034", "[\"032\", \"033\"]", "SELECT 1;", "SELECT 1;");
    directory.edit("migcheck.toml", "layout", "heads = 2\nlayout");
    directory.graph()
}

fn workers(server: &TestServer) {
    let graph = faulty(server.dialect());
    let on = server.on();
    let one = said(&with_workers(round_trip(&graph).on(&*on), 1));
    let failures = one.iter().filter(|stair| stair.starts_with("deny")).count();
    assert!(failures >= 8, "{one:#?}");
    for outcome in ["loses-values: 007", "fails-on-rows: 008"] {
        assert!(one.iter().any(|stair| stair.contains(outcome)), "{one:#?}");
    }
    for count in [2, 3, 7] {
        let several = said(&with_workers(round_trip(&graph).on(&*on), count));
        assert_eq!(one, several, "{count} workers");
    }
}

fn partitions(server: &TestServer) {
    let graph = faulty(server.dialect());
    let on = server.on();
    let whole = said(&round_trip(&graph).on(&*on).run());
    let mut parts = Vec::new();
    for number in 1..=3 {
        let partition = format!("{number}/3").parse().unwrap();
        let report = round_trip(&graph).on(&*on).partition(partition).run();
        // What could not be climbed to get there is told in each part.
        let before: Vec<String> = parts.clone();
        parts.extend(
            said(&report)
                .into_iter()
                .filter(|stair| !before.contains(stair)),
        );
    }
    assert_eq!(whole, parts);
}

fn faults_before(server: &TestServer) {
    let report = round_trip(faulty(server.dialect()))
        .on(server.on())
        .revision("021")
        .revision("033")
        .run();
    assert_found(
        &report,
        &[
            ("020", Outcome::UpgradeFails),
            ("021", Outcome::NotReached),
            ("033", Outcome::Passed),
        ],
    );
}

/// The state that a merge goes down to has both of its parents as heads, which is what Alembic's
/// `downgrade` of a merge comes to.
fn merge(server: &TestServer) {
    let directory = Directory::new();
    let revision = |id: &str, revises: &str, up: &str, down: &str| {
        directory.write(
            &format!("{id}_make.up.sql"),
            format!("-- migcheck: revises = {revises}\n{up}"),
        );
        directory.write(&format!("{id}_make.down.sql"), down);
    };
    let sound = |id: &str, revises: &str| {
        let up = format!("CREATE TABLE t{id} (id INTEGER PRIMARY KEY);");
        revision(id, revises, &up, &format!("DROP TABLE t{id};"));
    };
    sound("001", "\"base\"");
    sound("002", "\"001\"");
    sound("003", "\"001\"");
    sound("004", "\"001\"");
    // An empty one, as `cargo migcheck merge` writes it, of three parents.
    revision("005", "[\"002\", \"003\", \"004\"]", "", "");
    // One that takes a parent's table away when it is left.
    revision("006", "[\"005\"]", "SELECT 1;", "SELECT 1;");
    sound("007", "\"005\"");
    revision("008", "[\"006\", \"007\"]", "SELECT 1;", "DROP TABLE t003;");
    let report = round_trip(directory.graph()).on(server.on()).run();
    let mut expected: Vec<_> = ["001", "002", "003", "004", "005", "006", "007"]
        .map(|id| (id, Outcome::Passed))
        .to_vec();
    expected.push(("008", Outcome::DowngradeLeavesResidue));
    assert_found(&report, &expected);
    let diff = report.stairs[7].diff.as_ref().unwrap().to_string();
    assert!(
        diff.starts_with("table ") && diff.contains("t003"),
        "{diff}"
    );
}

fn branches(server: &TestServer) {
    let directory = Directory::new();
    let revision = |id: &str, directives: &[&str], up: &str, down: &str| {
        let head: String = directives
            .iter()
            .map(|one| format!("-- migcheck: {one}\n"))
            .collect();
        directory.write(&format!("{id}_make.up.sql"), format!("{head}{up}"));
        directory.write(&format!("{id}_make.down.sql"), down);
    };
    directory.edit(
        "migcheck.toml",
        "layout",
        "heads = [\"shop\", \"blog\"]\nbases = 2\nlayout",
    );
    revision(
        "001",
        &["revises = \"base\"", "labels = [\"shop\"]"],
        "CREATE TABLE shop (id INTEGER PRIMARY KEY);",
        "DROP TABLE shop;",
    );
    // Of another base, and with an id that sorts before what it depends on.
    revision(
        "002",
        &[
            "revises = \"base\"",
            "labels = [\"blog\"]",
            "depends-on = [\"009\"]",
        ],
        "CREATE TABLE blog (shop INTEGER REFERENCES shop (id), later INTEGER);",
        "DROP TABLE blog;",
    );
    revision(
        "009",
        &["revises = \"001\""],
        "ALTER TABLE shop ADD COLUMN later INTEGER;",
        "ALTER TABLE shop DROP COLUMN later;",
    );
    let report = round_trip(directory.graph()).on(server.on()).run();
    let passed = ["001", "009", "002"].map(|id| (id, Outcome::Passed));
    assert_found(&report, &passed);
    // By its label.
    let report = round_trip(directory.graph())
        .on(server.on())
        .revision("blog")
        .run();
    assert_found(&report, &passed[2..]);
}

/// Siblings that stand before it in a whole walk are not in its database.
fn alone(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "a",
        "CREATE TABLE a (id INTEGER PRIMARY KEY);",
        "DROP TABLE a;",
    );
    directory.add(
        "b",
        "CREATE TABLE b (id INTEGER PRIMARY KEY);",
        "DROP TABLE b;",
    );
    directory.write(
        "003_c.up.sql",
        "-- migcheck: revises = \"001\"\nCREATE TABLE b (other INTEGER);",
    );
    directory.write("003_c.down.sql", "DROP TABLE b;");
    directory.edit("migcheck.toml", "layout", "heads = 2\nlayout");
    let graph = directory.graph();
    let report = round_trip(&graph).on(server.on()).revision("003").run();
    assert_found(&report, &[("003", Outcome::Passed)]);
    let report = round_trip(&graph).on(server.on()).run();
    let whole = [
        ("001", Outcome::Passed),
        ("002", Outcome::Passed),
        ("003", Outcome::UpgradeFails),
    ];
    assert_found(&report, &whole);
}

/// A positional INSERT sees the order that upgrades alone make.
fn column_order(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "notes",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, old INTEGER, text VARCHAR(9));",
        "DROP TABLE notes;",
    );
    // Going down puts the column at the end, and going up again drops it.
    directory.add(
        "drop_old",
        "ALTER TABLE notes DROP COLUMN old;",
        "ALTER TABLE notes ADD COLUMN old INTEGER;",
    );
    directory.add(
        "fill",
        "INSERT INTO notes VALUES (1, 'one');",
        "DELETE FROM notes WHERE id = 1;",
    );
    let report = round_trip(directory.graph()).on(server.on()).rows(0).run();
    let found = [
        ("001", Outcome::Passed),
        ("002", Outcome::ColumnOrderDiffers),
        ("003", Outcome::Passed),
    ];
    assert_found(&report, &found);
    report.assert_passed();
}

/// A user is no part of a database, and is there when the upgrades are run in another one.
fn second_database(server: &TestServer) {
    let directory = Directory::new();
    let name = format!("someone_{}", std::process::id());
    let (create, drop) = match server.dialect() {
        Dialect::MySql => (format!("CREATE USER {name};"), format!("DROP USER {name};")),
        _ => (format!("CREATE ROLE {name};"), format!("DROP ROLE {name};")),
    };
    directory.add(
        "a",
        "CREATE TABLE a (id INTEGER PRIMARY KEY);",
        "DROP TABLE a;",
    );
    directory.add("user", &create, &drop);
    directory.add(
        "kept",
        "CREATE TABLE IF NOT EXISTS kept (id INTEGER PRIMARY KEY);",
        "DROP TABLE missing;",
    );
    directory.add(
        "b",
        "CREATE TABLE b (id INTEGER PRIMARY KEY);",
        "DROP TABLE b;",
    );
    // Two workers would be in each other's way, so that there is one.
    let report = with_workers(round_trip(directory.graph()).on(server.on()), 2);
    let found = [
        ("001", Outcome::Passed),
        ("002", Outcome::ReUpgradeFails),
        ("003", Outcome::DowngradeFails),
        ("004", Outcome::NotReached),
    ];
    assert_found(&report, &found);
    assert!(report.stairs[1].error.is_some(), "{report}");
    assert_eq!(report.stairs[3].blames.as_deref(), Some("002"));
    let reason = report.stairs[1].reason.as_deref().unwrap();
    assert!(reason.contains("outside of its database"), "{reason}");
    let scratch = server.scratch();
    let mut session = support::connect(&scratch);
    support::block_on(session.execute(&drop)).unwrap();
}

fn nothing_to_check() {
    let graph = faulty(Dialect::Postgres);
    let report = round_trip(&graph)
        .on("postgres://nobody@127.0.0.1:1/nowhere")
        .revisions(Vec::new())
        .run();
    report.assert_passed();
    assert!(report.stairs.is_empty());
}
