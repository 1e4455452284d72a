//! What a directory says beforehand of its round trips: known faults, and the tables that are touched.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what breaks has failed the test"
)]

mod support;

use std::process::ExitCode;

use migcheck::{Dialect, Outcome, round_trip};
use support::{Case, Directory, TestServer, assert_found, run_on_every_server};

fn main() -> ExitCode {
    let cases = vec![
        Case::new("known_faults_do_not_fail", known),
        Case::new("what_a_known_fault_keeps_away_is_known", known_dependents),
        Case::new("tables_outside_of_touches_are_found", touches),
    ];
    run_on_every_server(cases, Vec::new())
}

fn record(directory: &Directory, revision: &str, outcome: Outcome, databases: &str) {
    let config = std::fs::read_to_string(directory.path("migcheck.toml")).unwrap();
    directory.write(
        "migcheck.toml",
        format!(
            "{config}\n[[roundtrip.known]]\nrevision = \"{revision}\"\noutcome = \"{outcome}\"\n\
             reason = \"so be it\"\ndatabases = [{databases}]\n"
        ),
    );
}

fn known(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "kept",
        "CREATE TABLE IF NOT EXISTS kept (id INTEGER PRIMARY KEY);",
        "SELECT 1;",
    );
    directory.add(
        "a",
        "CREATE TABLE a (id INTEGER PRIMARY KEY);",
        "DROP TABLE a;",
    );
    record(&directory, "001", Outcome::DowngradeLeavesResidue, "");
    let on = server.on();
    let report = round_trip(directory.graph()).on(&*on).run();
    let found = [
        ("001", Outcome::DowngradeLeavesResidue),
        ("002", Outcome::Passed),
    ];
    assert_found(&report, &found);
    report.assert_passed();
    assert_eq!(report.stairs[0].known.as_deref(), Some("so be it"));
    assert_eq!(report.tallies()[0].known, 1);

    // Another outcome of the same revision is none that is known.
    directory.edit("001_kept.up.sql", "IF NOT EXISTS ", "");
    let report = round_trip(directory.graph()).on(&*on).run();
    let failed: Vec<_> = report.failures().map(|stair| stair.outcome).collect();
    assert_eq!(failed, [Outcome::ReUpgradeFails], "{report}");

    // One that is gone is said, but not of what was not checked.
    directory.edit("001_kept.down.sql", "SELECT 1", "DROP TABLE kept");
    let report = round_trip(directory.graph()).on(&*on).run();
    let gone = [("001", Outcome::KnownFaultGone), ("002", Outcome::Passed)];
    assert_found(&report, &gone);
    assert!(!report.is_passed());
    let report = round_trip(directory.graph()).on(&*on).revision("002").run();
    assert_found(&report, &[("002", Outcome::Passed)]);
    report.assert_passed();

    // Neither of a database that it is not of.
    let others: Vec<String> = Dialect::ALL
        .into_iter()
        .filter(|dialect| *dialect != server.dialect())
        .map(|dialect| format!("\"{dialect}\""))
        .collect();
    directory.edit(
        "migcheck.toml",
        "databases = []",
        &format!("databases = [{}]", others.join(", ")),
    );
    round_trip(directory.graph()).on(&*on).run().assert_passed();
}

fn known_dependents(server: &TestServer) {
    let directory = Directory::new();
    directory.add("fail", "DROP TABLE missing;", "SELECT 1;");
    directory.add(
        "next",
        "CREATE TABLE a (id INTEGER PRIMARY KEY);",
        "DROP TABLE a;",
    );
    record(&directory, "001", Outcome::UpgradeFails, "");
    // Whether these are still there cannot be told.
    record(&directory, "003", Outcome::LosesRows, "");
    record(&directory, "002", Outcome::DowngradeFails, "");
    directory.write(
        "003_other.up.sql",
        "-- migcheck: revises = \"base\"\nSELECT 1;",
    );
    directory.write("003_other.down.sql", "SELECT 1;");
    directory.edit("migcheck.toml", "layout", "heads = 2\nbases = 2\nlayout");
    let run = round_trip(directory.graph()).on(server.on());
    let report = run.clone().rows(0).run();
    let found = [
        ("001", Outcome::UpgradeFails),
        ("002", Outcome::NotReached),
        ("003", Outcome::Passed),
    ];
    assert_found(&report, &found);
    report.assert_passed();
    assert_eq!(report.tallies()[0].known, 2);
    let gone = run.run().failures().map(|stair| stair.outcome).next();
    assert_eq!(gone, Some(Outcome::KnownFaultGone));
}

fn touches(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "a",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY);",
        "DROP TABLE orders;",
    );
    directory.add(
        "b",
        "-- migcheck: touches = [\"invoice*\"]\nCREATE TABLE invoices (id INTEGER PRIMARY KEY);\n\
         CREATE TABLE invoice_lines (invoice INTEGER REFERENCES invoices (id), note VARCHAR(9));\n\
         CREATE INDEX by_note ON invoice_lines (note);\nCREATE VIEW all_orders AS SELECT id FROM orders;",
        "DROP VIEW all_orders;\nDROP TABLE invoice_lines;\nDROP TABLE invoices;",
    );
    directory.add(
        "c",
        "-- migcheck: touches = [\"invoices\", \"x?\"]\nALTER TABLE orders ADD COLUMN n INTEGER;\n\
         ALTER TABLE invoices ADD COLUMN n INTEGER;\nCREATE TABLE xyz (id INTEGER PRIMARY KEY);",
        "DROP TABLE xyz;\nALTER TABLE invoices DROP COLUMN n;\nALTER TABLE orders DROP COLUMN n;",
    );
    let report = round_trip(directory.graph()).on(server.on()).run();
    let found = [
        ("001", Outcome::Passed),
        ("002", Outcome::Passed),
        ("003", Outcome::TouchesUndeclared),
    ];
    assert_found(&report, &found);
    let stair = &report.stairs[2];
    let reason = stair.reason.as_deref().unwrap();
    assert!(
        reason.contains("does not name `orders`, `xyz`;"),
        "{reason}"
    );
    let diff = stair.diff.as_ref().unwrap().to_string();
    assert!(
        diff.contains("orders.n") && diff.contains("xyz") && !diff.contains("invoices"),
        "{diff}"
    );
}
