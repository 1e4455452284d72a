//! Round trips on every server: whole directories that pass, and what a run says where one does not.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what breaks has failed the test"
)]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use libtest_mimic::Trial;
use migcheck::harness::{Event, RoundTripError};
use migcheck::{Dialect, Outcome, RoundTripReport, round_trip};
use support::{Case, Directory, TestServer, run_on_every_server};

const RAG_SERVICE: &str = "examples/rag-service/migrations";
const WEB_SERVICE: &str = "tests/corpora/web-service/migrations";

fn main() -> ExitCode {
    let cases = vec![
        Case::new("rag_service_passes", rag_service_passes),
        Case::new("web_service_passes", web_service_passes),
        Case::new(
            "the_walk_goes_on_after_every_kind_of_fault",
            every_kind_of_fault,
        ),
        Case::new("a_rebuilt_database_is_clean", rebuilt_database_is_clean),
        Case::new("rows_of_a_failure_are_gone", rows_of_a_failure_are_gone),
        Case::new("what_builds_on_a_failure_is_not_reached", not_reached),
        Case::new("a_merge_with_statements_has_a_stair", merge_with_statements),
        Case::new("only_selected_revisions_are_checked", selection),
        Case::new("a_failure_ends_the_test_readably", readable_panic),
        Case::new("scripts_start_in_a_fresh_session", fresh_sessions),
    ];
    let alone = [
        (
            "several_servers_are_walked_in_one_run",
            several_servers as fn(),
        ),
        ("the_observer_hears_of_every_stair", observer),
        ("a_selected_revision_has_to_exist", unknown_revision),
        ("a_spec_has_to_name_a_server", unknown_spec),
        ("a_server_has_to_be_named", no_server),
        ("a_server_of_another_dialect_is_refused", wrong_dialect),
        ("images_are_of_known_servers", unknown_image),
        ("a_server_that_is_not_there_is_told", unreachable_server),
    ];
    let alone = alone.map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    });
    run_on_every_server(cases, alone.into())
}

/// What a report has to say, stair by stair.
#[track_caller]
fn assert_found(report: &RoundTripReport, expected: &[(&str, Outcome)]) {
    let stairs = report.stairs.iter();
    let found: Vec<_> = stairs
        .map(|stair| (&*stair.revision, stair.outcome))
        .collect();
    assert_eq!(found, expected, "\n{report}");
    assert!(report.errors.is_empty(), "{report}");
}

/// Every revision of `directory` passes, but for those that have no way down.
fn assert_passes(directory: &str, on: &str, irreversible: &[&str]) {
    let graph = Directory::copy_of(directory).graph();
    let report = round_trip(&graph).on(on).run();
    let outcome = |id| match irreversible.contains(&id) {
        true => Outcome::Irreversible,
        false => Outcome::Passed,
    };
    let revisions = graph.revisions().iter();
    let expected: Vec<_> = revisions
        .map(|one| (one.id.as_str(), outcome(one.id.as_str())))
        .collect();
    assert_found(&report, &expected);
    report.assert_passed();
}

/// By the server's name, as a user writes it: the run starts a container of its own.
fn rag_service_passes(server: &TestServer) {
    assert_passes(RAG_SERVICE, &server.name(), &["012"]);
}

fn web_service_passes(server: &TestServer) {
    assert_passes(WEB_SERVICE, &server.on(), &["20250217_207", "20250228_107"]);
}

fn every_kind_of_fault(server: &TestServer) {
    let directory = Directory::new();
    let sound = |table: &str| {
        let create = format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY);");
        directory.add(table, &create, &format!("DROP TABLE {table};"));
    };
    sound("seen");
    directory.add(
        "leave_residue",
        "CREATE TABLE IF NOT EXISTS forgotten (id INTEGER PRIMARY KEY);",
        "SELECT 1;",
    );
    sound("after_residue");
    // The first statement stands on MySQL, where DDL commits by itself.
    directory.add(
        "fail_downwards",
        "CREATE TABLE half (id INTEGER PRIMARY KEY);",
        "DROP TABLE half;\nDROP TABLE missing;",
    );
    sound("after_failing_downwards");
    // A schema does not show the row that is left.
    directory.add(
        "fail_the_second_time",
        "CREATE TABLE once (id INTEGER PRIMARY KEY);\nINSERT INTO seen VALUES (6);",
        "DROP TABLE once;",
    );
    sound("after_failing_the_second_time");
    directory.add(
        "differ_the_second_time",
        differs_the_second_time(server.dialect()),
        "DROP TABLE IF EXISTS first_time;\nDROP TABLE IF EXISTS second_time;",
    );
    sound("after_differing");
    directory.add(
        "fail",
        "CREATE TABLE failing (id INTEGER PRIMARY KEY);\nDROP TABLE missing;",
        "SELECT 1;",
    );

    let report = round_trip(directory.graph()).on(server.on()).run();
    let differs = match server.dialect() {
        Dialect::Sqlite => Outcome::Passed,
        Dialect::Postgres | Dialect::MySql => Outcome::ReUpgradeDiffers,
    };
    assert_found(
        &report,
        &[
            ("001", Outcome::Passed),
            ("002", Outcome::DowngradeLeavesResidue),
            ("003", Outcome::Passed),
            ("004", Outcome::DowngradeFails),
            ("005", Outcome::Passed),
            ("006", Outcome::ReUpgradeFails),
            ("007", Outcome::Passed),
            ("008", differs),
            ("009", Outcome::Passed),
            ("010", Outcome::UpgradeFails),
        ],
    );
    let said = |at: usize| report.stairs[at].render(Default::default());
    assert!(said(1).contains("forgotten"), "{}", said(1));
    assert!(
        said(3).contains("004_fail_downwards.down.sql:2:"),
        "{}",
        said(3)
    );
    assert!(said(3).contains("DROP TABLE missing"), "{}", said(3));
    assert!(
        said(5).contains("006_fail_the_second_time.up.sql:3:"),
        "{}",
        said(5)
    );
    if differs == Outcome::ReUpgradeDiffers {
        assert!(
            said(7).contains("first_time") && said(7).contains("second_time"),
            "{}",
            said(7)
        );
    }
    assert!(said(9).contains("010_fail.up.sql:3:"), "{}", said(9));
}

/// Whether a row is there decides what is made; SQLite has no statement that could decide.
fn differs_the_second_time(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => {
            "DO $$ BEGIN
                IF EXISTS (SELECT FROM seen WHERE id = 8) THEN
                    CREATE TABLE second_time (id integer);
                ELSE
                    CREATE TABLE first_time (id integer);
                    INSERT INTO seen VALUES (8);
                END IF;
            END $$;"
        }
        Dialect::MySql => {
            "SET @make = IF(EXISTS (SELECT 1 FROM seen WHERE id = 8),
                'CREATE TABLE second_time (id INTEGER)', 'CREATE TABLE first_time (id INTEGER)');
            INSERT IGNORE INTO seen VALUES (8);
            PREPARE make FROM @make;
            EXECUTE make;
            DEALLOCATE PREPARE make;"
        }
        Dialect::Sqlite => "CREATE TABLE first_time (id INTEGER);",
    }
}

/// Rows are no part of a schema, and stay where statements commit by themselves.
fn rows_of_a_failure_are_gone(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "notes",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY);",
        "DROP TABLE notes;",
    );
    directory.add(
        "fail_downwards",
        "INSERT INTO notes VALUES (1);",
        "-- migcheck: transaction = false\nINSERT INTO notes VALUES (2);\nDROP TABLE missing;",
    );
    directory.add(
        "want_it_clean",
        "INSERT INTO notes VALUES (2);",
        "DELETE FROM notes WHERE id = 2;",
    );
    let report = round_trip(directory.graph()).on(server.on()).run();
    assert_found(
        &report,
        &[
            ("001", Outcome::Passed),
            ("002", Outcome::DowngradeFails),
            ("003", Outcome::Passed),
        ],
    );
}

/// Nothing of a faulty stair may be there when a later one is climbed: neither schema nor rows.
fn rebuilt_database_is_clean(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "notes",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY);",
        "DROP TABLE notes;",
    );
    directory.add(
        "fail_downwards",
        "INSERT INTO notes VALUES (1);",
        "CREATE TABLE litter (id INTEGER PRIMARY KEY);
         INSERT INTO notes VALUES (2);
         DROP TABLE missing;",
    );
    directory.add(
        "want_it_clean",
        "CREATE TABLE litter (id INTEGER PRIMARY KEY);
         INSERT INTO notes VALUES (2);",
        "DELETE FROM notes WHERE id = 2;
         DROP TABLE litter;",
    );
    directory.add(
        "fail_halfway",
        "CREATE TABLE halfway (id INTEGER PRIMARY KEY);\nDROP TABLE missing;",
        "SELECT 1;",
    );
    // A branch that is climbed after the failure.
    directory.write(
        "005_want_it_clean_again.up.sql",
        "-- migcheck: revises = \"003\"
         CREATE TABLE halfway (id INTEGER PRIMARY KEY);",
    );
    directory.write("005_want_it_clean_again.down.sql", "DROP TABLE halfway;");
    directory.edit("migcheck.toml", "layout", "heads = 2\nlayout");
    let report = round_trip(directory.graph()).on(server.on()).run();
    assert_found(
        &report,
        &[
            ("001", Outcome::Passed),
            ("002", Outcome::DowngradeFails),
            ("003", Outcome::Passed),
            ("004", Outcome::UpgradeFails),
            ("005", Outcome::Passed),
        ],
    );
}

fn not_reached(server: &TestServer) {
    let directory = Directory::new();
    directory.edit("migcheck.toml", "layout", "heads = 2\nlayout");
    let revision = |id: &str, revises: &str, up: &str| {
        directory.write(
            &format!("{id}_make.up.sql"),
            format!("-- migcheck: {revises}\n{up}"),
        );
        directory.write(&format!("{id}_make.down.sql"), format!("DROP TABLE t{id};"));
    };
    let sound = |id: &str, revises: &str| {
        let create = format!("CREATE TABLE t{id} (id INTEGER PRIMARY KEY);");
        revision(id, revises, &create);
    };
    sound("001", "revises = \"base\"");
    revision("002", "revises = \"001\"", "DROP TABLE missing;");
    sound("003", "revises = \"002\"");
    sound("004", "revises = \"001\"");
    sound("005", "revises = [\"003\", \"004\"]");
    directory.write("006_make.up.sql", "-- migcheck: revises = \"004\"\n-- migcheck: depends-on = [\"003\"]\nCREATE TABLE t006 (id INTEGER PRIMARY KEY);");
    directory.write("006_make.down.sql", "DROP TABLE t006;");
    let report = round_trip(directory.graph()).on(server.on()).run();
    let mut found: Vec<_> = report
        .stairs
        .iter()
        .map(|stair| (&*stair.revision, stair.outcome, stair.reason.as_deref()))
        .collect();
    found.sort_by_key(|(revision, ..)| *revision);
    let blames = Some("it builds on `002`, which could not be applied");
    assert_eq!(
        found,
        [
            ("001", Outcome::Passed, None),
            ("002", Outcome::UpgradeFails, None),
            ("003", Outcome::NotReached, blames),
            ("004", Outcome::Passed, None),
            ("005", Outcome::NotReached, blames),
            ("006", Outcome::NotReached, blames),
        ],
        "\n{report}"
    );
    assert!(!report.is_passed());
}

/// It goes down to both of its parents, and one fault is told once.
fn merge_with_statements(server: &TestServer) {
    let directory = Directory::new();
    let revision = |id: &str, revises: &str, up: &str, down: &str| {
        directory.write(
            &format!("{id}_make.up.sql"),
            format!("-- migcheck: revises = {revises}\n{up}"),
        );
        directory.write(&format!("{id}_make.down.sql"), down);
    };
    revision(
        "001",
        "\"base\"",
        "CREATE TABLE a (id INTEGER PRIMARY KEY);",
        "DROP TABLE a;",
    );
    revision(
        "002",
        "\"001\"",
        "ALTER TABLE a ADD COLUMN x INTEGER;",
        "ALTER TABLE a DROP COLUMN x;",
    );
    revision(
        "003",
        "\"001\"",
        "ALTER TABLE a ADD COLUMN y INTEGER;",
        "ALTER TABLE a DROP COLUMN y;",
    );
    let up =
        "CREATE VIEW both_sides AS SELECT x, y FROM a;\nCREATE TABLE m (id INTEGER PRIMARY KEY);";
    revision(
        "004",
        "[\"002\", \"003\"]",
        up,
        "DROP TABLE m;\nDROP VIEW both_sides;",
    );
    let passed = ["001", "002", "003", "004"].map(|id| (id, Outcome::Passed));
    let report = round_trip(directory.graph()).on(server.on()).run();
    assert_found(&report, &passed);

    // The view cannot be made a second time over the one that was left.
    directory.edit("004_make.down.sql", "DROP VIEW both_sides;", "");
    let report = round_trip(directory.graph()).on(server.on()).run();
    let mut expected = passed.to_vec();
    expected[3].1 = Outcome::DowngradeLeavesResidue;
    expected.push(("004", Outcome::ReUpgradeFails));
    assert_found(&report, &expected);
}

fn selection(server: &TestServer) {
    let graph = Directory::copy_of(RAG_SERVICE).graph();
    let on = server.on();
    let report = round_trip(&graph)
        .on(&*on)
        .revision("010")
        .revision("005")
        .run();
    assert_found(
        &report,
        &[("005", Outcome::Passed), ("010", Outcome::Passed)],
    );

    // A revision on the way that cannot be climbed is told all the same.
    let directory = Directory::new();
    directory.add("fail", "DROP TABLE missing;", "SELECT 1;");
    directory.add(
        "wanted",
        "CREATE TABLE a (id INTEGER PRIMARY KEY);",
        "DROP TABLE a;",
    );
    let report = round_trip(directory.graph()).on(&*on).revision("002").run();
    assert_found(
        &report,
        &[("001", Outcome::UpgradeFails), ("002", Outcome::NotReached)],
    );
}

fn readable_panic(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "books",
        "CREATE TABLE books (id INTEGER PRIMARY KEY);",
        "SELECT 1;",
    );
    directory.add(
        "shelves",
        "CREATE TABLE shelves (\n    id INTEGER,\n    id INTEGER\n);",
        "DROP TABLE shelves;",
    );
    let report = round_trip(directory.graph()).on(server.on()).run();
    let panic = catch_unwind(AssertUnwindSafe(|| report.assert_passed())).unwrap_err();
    let said = panic.downcast_ref::<String>().unwrap();
    for part in [
        "the migrations do not round-trip\n\ndowngrade-leaves-residue: 001 on ",
        "CREATE TABLE ",
        "books",
        "re-upgrade-fails: 001 on ",
        "001_books.up.sql:2:1",
        "upgrade-fails: 002 on ",
        "the up script of `002` fails: ",
        "002_shelves.up.sql:2:1",
        "3 stairs, 3 failed, 0 servers without a result",
    ] {
        assert!(said.contains(part), "{part:?} is not in:\n{said}");
    }
    let password = server.on();
    let password = password.split(['@', ':']).nth(2).unwrap_or("no password");
    assert!(!said.contains(password), "{said}");
}

/// What one script sets for its session, the next one does not have.
fn fresh_sessions(server: &TestServer) {
    let directory = Directory::new();
    let (up, down, uses) = match server.dialect() {
        Dialect::Postgres => (
            "CREATE SCHEMA other; SET search_path = other; CREATE TEMP TABLE public_table (t text);",
            "DROP SCHEMA other;",
            "CREATE TABLE public_table (id integer); COMMENT ON TABLE public.public_table IS 'here';
             INSERT INTO public_table (id) VALUES (1);",
        ),
        Dialect::MySql => (
            "SET SESSION sql_mode = 'ANSI_QUOTES'; CREATE TEMPORARY TABLE t (a int); USE information_schema;",
            "SELECT 1;",
            "CREATE TABLE t (name VARCHAR(9) NOT NULL DEFAULT \"text\"); INSERT INTO t (name) VALUES ('x');",
        ),
        Dialect::Sqlite => (
            "CREATE TABLE p (id INTEGER PRIMARY KEY); PRAGMA defer_foreign_keys = ON; CREATE TEMP TABLE c (a);",
            "DROP TABLE p;",
            "CREATE TABLE c (p INTEGER REFERENCES p (id)); INSERT INTO c (p) VALUES (NULL);",
        ),
    };
    directory.add("set", up, down);
    let drop = match server.dialect() {
        Dialect::Postgres => "DROP TABLE public.public_table;",
        Dialect::MySql => "DROP TABLE t;",
        Dialect::Sqlite => "DROP TABLE c;",
    };
    directory.add("use", uses, drop);
    round_trip(directory.graph())
        .on(server.on())
        .run()
        .assert_passed();
}

fn sound() -> Directory {
    let directory = Directory::new();
    directory.add(
        "books",
        "CREATE TABLE books (id INTEGER PRIMARY KEY);",
        "DROP TABLE books;",
    );
    directory.add(
        "shelves",
        "CREATE TABLE shelves (id INTEGER PRIMARY KEY);",
        "DROP TABLE shelves;",
    );
    directory
}

fn several_servers() {
    let report = round_trip(sound().graph()).on("sqlite").on("sqlite").run();
    let both = [("001", Outcome::Passed), ("002", Outcome::Passed)].repeat(2);
    assert_found(&report, &both);
    assert_eq!(
        report.to_string(),
        "4 stairs, 0 failed, 0 servers without a result"
    );
}

fn observer() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&heard);
    let observe = move |event: &Event<'_>| {
        let line = match event {
            Event::Started { server, stairs, .. } => format!("{server}: {stairs}"),
            Event::Done(stair) => format!("{}: {}", stair.revision, stair.outcome),
            other => panic!("{other:?}"),
        };
        into.lock().unwrap().push(line);
    };
    round_trip(sound().graph())
        .on("sqlite")
        .observe(observe)
        .run()
        .assert_passed();
    assert_eq!(
        *heard.lock().unwrap(),
        ["sqlite: 2", "001: passed", "002: passed"]
    );
}

/// The one error of a run that came to no stair.
#[track_caller]
fn only_error(report: &RoundTripReport) -> &RoundTripError {
    assert!(report.stairs.is_empty() && !report.is_passed(), "{report}");
    let [error] = &*report.errors else {
        panic!("{report}");
    };
    assert!(catch_unwind(AssertUnwindSafe(|| report.assert_passed())).is_err());
    error
}

fn unknown_revision() {
    let report = round_trip(sound().graph())
        .on("sqlite")
        .revision("003")
        .run();
    let error = only_error(&report);
    assert_eq!(
        error.to_string(),
        "no revision or label is called `003`; did you mean `001`?"
    );
    assert!(!error.is_unavailable());
}

fn unknown_spec() {
    let report = round_trip(sound().graph())
        .on("sqlite")
        .on("postgre:17")
        .run();
    let error = only_error(&report);
    assert!(matches!(error, RoundTripError::Spec(_)), "{error}");
    assert!(
        error.to_string().contains("did you mean `postgres`?"),
        "{error}"
    );
}

fn no_server() {
    let report = round_trip(sound().graph()).run();
    let error = only_error(&report);
    assert!(matches!(error, RoundTripError::NoServer), "{error}");
    assert!(error.to_string().contains("[roundtrip]"), "{error}");
}

fn wrong_dialect() {
    let directory = sound();
    directory.edit(
        "migcheck.toml",
        "layout",
        "databases = [\"postgres\"]\nlayout",
    );
    let report = round_trip(directory.graph()).on("sqlite").run();
    let error = only_error(&report);
    assert_eq!(
        error.to_string(),
        "`sqlite` speaks sqlite, and `databases` in migcheck.toml does not list it"
    );
}

fn unknown_image() {
    let directory = sound();
    let images = "[roundtrip.images]\noracle = \"oracle:23\"\n[naming]";
    directory.edit("migcheck.toml", "[naming]", images);
    let report = round_trip(directory.graph()).on("sqlite").run();
    let error = only_error(&report);
    assert!(error.to_string().contains("`oracle`"), "{error}");
}

/// The other servers are walked all the same.
fn unreachable_server() {
    let there_is_none = "postgres://someone:canary@127.0.0.1:1/nowhere";
    let report = round_trip(sound().graph())
        .on(there_is_none)
        .on("sqlite")
        .run();
    assert_eq!(report.stairs.len(), 2, "{report}");
    let [error] = &*report.errors else {
        panic!("{report}");
    };
    assert!(error.is_unavailable(), "{error}");
    assert!(!report.is_passed());
    let said = format!("{report} {report:?}");
    assert!(
        said.contains("127.0.0.1:1") && !said.contains("canary"),
        "{said}"
    );
}
