//! Rows in a round trip: faults that empty tables hide, and right migrations in which nothing is found.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what breaks has failed the test"
)]

#[path = "../support/mod.rs"]
mod support;

mod faults;
mod repeats;

use std::process::ExitCode;

use libtest_mimic::Trial;

use migcheck::Outcome::{
    self, FailsOnRows, FixtureFails, Irreversible, LosesRows, LosesValues, Passed,
};
use migcheck::{Dialect, Migrations, RoundTripReport, round_trip};
use support::{Case, Directory, TestServer, run_on_every_server};

fn main() -> ExitCode {
    let cases = vec![
        Case::new("planted_faults_are_found", faults::are_found),
        Case::new("right_migrations_pass", right_migrations),
        Case::new("rows_that_come_twice_are_found", repeats::are_found),
        Case::new(
            "other_rows_each_time_are_no_fault",
            repeats::right_ones_pass,
        ),
        Case::new("without_rows_nothing_is_found", without_rows),
        Case::new("fixtures_are_loaded", fixtures),
        Case::new("a_fixture_that_fails_is_shown", broken_fixture),
        Case::new("a_table_that_cannot_be_filled_is_named", unfilled),
        Case::new("parts_find_the_same_as_the_whole", parts),
    ];
    let embedded = Trial::test("embedded_fixtures_are_loaded", || {
        embedded_fixtures();
        Ok(())
    });
    run_on_every_server(cases, vec![embedded])
}

fn found(report: &RoundTripReport) -> Vec<(&str, Outcome)> {
    assert!(report.errors.is_empty(), "{report}");
    let stairs = report.stairs.iter();
    stairs
        .map(|stair| (&*stair.revision, stair.outcome))
        .collect()
}

/// What expand and contract, a backfill, a rename and a rebuilt table do to rows.
fn right_migrations(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "people",
        "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, born DATE);
         CREATE TABLE pets (id INTEGER PRIMARY KEY, owner_id INTEGER NOT NULL REFERENCES people (id));",
        "DROP TABLE pets;\nDROP TABLE people;",
    );
    directory.add(
        "add_ref",
        "ALTER TABLE people ADD COLUMN ref VARCHAR(40);",
        "ALTER TABLE people DROP COLUMN ref;",
    );
    directory.add(
        "backfill_ref",
        "UPDATE people SET ref = name WHERE ref IS NULL;",
        "-- What was NULL cannot be told any more.\nSELECT 1;",
    );
    directory.add(
        "seed",
        "INSERT INTO people (id, name, ref) VALUES (1, 'root', 'root');",
        "DELETE FROM people WHERE id = 1;",
    );
    directory.add(
        "copy",
        "CREATE TABLE people_names (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL);
         INSERT INTO people_names SELECT id, name FROM people;",
        "DROP TABLE people_names;",
    );
    let drop_name = "ALTER TABLE people RENAME COLUMN name TO full_name;";
    let rename_back = "ALTER TABLE people RENAME COLUMN full_name TO name;";
    directory.add("rename", drop_name, rename_back);
    directory.add(
        "default",
        "ALTER TABLE people ADD COLUMN active INTEGER NOT NULL DEFAULT 1;",
        "ALTER TABLE people DROP COLUMN active;",
    );
    let report = round_trip(directory.graph()).on(server.on()).run();
    let all = ["001", "002", "003", "004", "005", "006", "007"].map(|id| (id, Passed));
    assert_eq!(found(&report), all, "\n{report}");
    let notes = report.stairs.iter().flat_map(|stair| &stair.notes);
    assert_eq!(notes.count(), 0);
}

fn without_rows(server: &TestServer) {
    let directory = faults::unique_over_duplicates(server);
    let graph = directory.graph();
    let empty = round_trip(&graph).on(server.on()).rows(0).run();
    assert_eq!(
        found(&empty),
        [("001", Passed), ("002", Passed)],
        "\n{empty}"
    );
    directory.edit(
        "migcheck.toml",
        "layout",
        "roundtrip = { rows = 0 }\nlayout",
    );
    let empty = round_trip(directory.graph()).on(server.on()).run();
    assert!(empty.is_passed(), "{empty}");
    let filled = round_trip(&graph).on(server.on()).run();
    assert_eq!(
        found(&filled),
        [("001", Passed), ("002", FailsOnRows)],
        "\n{filled}"
    );
}

/// A value that no made row has.
fn fixtures(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "words",
        "CREATE TABLE words (id INTEGER PRIMARY KEY, word VARCHAR(40) NOT NULL);",
        "DROP TABLE words;",
    );
    directory.add(
        "forget_a_word",
        "UPDATE words SET word = 'forgotten' WHERE word = 'special';",
        "SELECT 1;",
    );
    let expected = [("001", Passed), ("002", Passed)];
    let report = round_trip(directory.graph()).on(server.on()).run();
    assert_eq!(found(&report), expected, "\n{report}");

    directory.write(
        "001.fixture.sql",
        "INSERT INTO words VALUES (5, 'special');",
    );
    let expected = [("001", Passed), ("002", LosesValues)];
    for rows in [0, 3] {
        let report = round_trip(directory.graph())
            .on(server.on())
            .rows(rows)
            .run();
        assert_eq!(found(&report), expected, "\n{report}");
        let said = report.stairs[1].render(Default::default());
        let lost = "words.word`: 'special' became 'forgotten' where id = 5";
        assert!(said.replace("\n  ", " ").contains(lost), "{said}");
    }

    // A dialect's own comes before the common one.
    let own = format!("001_words.fixture.{}.sql", server.dialect());
    directory.write(&own, "INSERT INTO words VALUES (5, 'plain');");
    let report = round_trip(directory.graph()).on(server.on()).run();
    assert!(report.is_passed(), "{report}");
}

/// What `embed!` carries into the binary is what a directory has.
fn embedded_fixtures() {
    static MIGRATIONS: Migrations = migcheck::embed!("tests/rows/with_fixture", watch = false);
    let report = round_trip(&MIGRATIONS).on("sqlite").rows(0).run();
    assert_eq!(
        found(&report),
        [("001", Passed), ("002", LosesValues)],
        "\n{report}"
    );
    let said = report.stairs[1].render(Default::default());
    assert!(said.contains("'special' became 'forgotten'"), "{said}");
}

fn broken_fixture(server: &TestServer) {
    let directory = faults::unique_over_duplicates(server);
    directory.write(
        "001.fixture.sql",
        "-- Rows.\nINSERT INTO missing VALUES (5);",
    );
    let report = round_trip(directory.graph()).on(server.on()).run();
    // The walk goes on without those rows.
    let expected = [("001", FixtureFails), ("002", FailsOnRows)];
    assert_eq!(found(&report), expected, "\n{report}");
    let said = report.stairs[0].render(Default::default());
    assert!(said.contains("001.fixture.sql:2:"), "{said}");
    assert!(!said.contains("script"), "{said}");
    // It is told where it is in the way of another's stair, too.
    let of_second = round_trip(directory.graph())
        .on(server.on())
        .revision("002");
    assert_eq!(found(&of_second.run()), expected, "\n{report}");
}

fn unfilled(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "odd",
        "CREATE TABLE odd (id INTEGER PRIMARY KEY, a INTEGER NOT NULL, CHECK (a * a = 12321));
         CREATE TABLE of_odd (id INTEGER PRIMARY KEY, odd_id INTEGER NOT NULL,
             FOREIGN KEY (odd_id) REFERENCES odd (id));",
        "DROP TABLE of_odd;\nDROP TABLE odd;",
    );
    let report = round_trip(directory.graph()).on(server.on()).run();
    assert!(report.is_passed(), "{report}");
    let notes = report.stairs[0].notes.join("\n");
    assert!(
        notes.contains("odd`: no values for `a` were found that its checks accept"),
        "{notes}"
    );
    assert!(notes.contains("of_odd`: it refers to `"), "{notes}");
}

/// Rows went through the history before a part begins, as they do in the whole.
fn parts(server: &TestServer) {
    let directory = Directory::copy_of("examples/rag-service/migrations");
    let graph = directory.graph();
    for revision in graph.revisions() {
        let report = round_trip(&graph)
            .on(server.on())
            .revision(revision.id.as_str())
            .run();
        let expected = match revision.irreversible {
            Some(_) => Irreversible,
            None => Passed,
        };
        assert_eq!(
            found(&report),
            [(revision.id.as_str(), expected)],
            "\n{report}"
        );
    }
}

/// Whether this server's statements are those of `dialect`.
fn speaks(server: &TestServer, dialect: Dialect) -> bool {
    server.dialect() == dialect
}

/// A loss, which is the outcome the most is said with.
const fn is_loss(outcome: Outcome) -> bool {
    matches!(outcome, LosesRows | LosesValues)
}
