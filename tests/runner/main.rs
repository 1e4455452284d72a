//! The runner on every server: what is promised to a deployment.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what breaks has failed the test"
)]

mod anywhere;
mod at_once;
mod cut;
mod foreign;
mod half_done;
mod half_refused;
mod interrupted;
mod invalid;
mod keys;
mod leases;
mod lost;
mod meanwhile;
mod misfits;
mod pooled;
mod refusals;
mod schemas;
mod scripts;
mod session;
mod standing;
#[path = "../support/mod.rs"]
mod support;
mod uncommitted;
mod verbs;
mod wrong;

use std::process::ExitCode;

use migcheck::db::{Report, Session};
use migcheck::{Direction, MigrateError, Migrator, RevisionGraph};
use support::{Directory, block_on, run_on_every_server};

fn main() -> ExitCode {
    let mut cases = verbs::cases();
    cases.extend(refusals::cases());
    cases.extend(at_once::cases());
    cases.extend(scripts::cases());
    cases.extend(standing::cases());
    cases.extend(foreign::cases());
    cases.extend(misfits::cases());
    cases.extend(leases::cases());
    cases.extend(anywhere::cases());
    cases.extend(interrupted::cases());
    cases.extend(half_done::cases());
    cases.extend(meanwhile::cases());
    cases.extend(half_refused::cases());
    cases.extend(lost::cases());
    cases.extend(wrong::cases());
    cases.extend(invalid::cases());
    cases.extend(keys::cases());
    cases.extend(session::cases());
    cases.extend(schemas::cases());
    cases.extend(uncommitted::cases());
    cases.extend(pooled::cases());
    run_on_every_server(cases, refusals::alone())
}

fn migrator(graph: RevisionGraph) -> Migrator {
    Migrator::new(graph).unwrap_or_else(|error| panic!("{error}"))
}

/// Upgrades to the head.
fn upgrade(graph: RevisionGraph, session: &mut dyn Session) -> Result<Report, MigrateError> {
    upgrade_to(graph, session, "head")
}

fn upgrade_to(
    graph: RevisionGraph,
    session: &mut dyn Session,
    target: &str,
) -> Result<Report, MigrateError> {
    block_on(migrator(graph).upgrade(session, target))
}

/// The steps of a report, as `+001` and `-001`.
fn steps(report: &Report) -> Vec<String> {
    let step = |step: &migcheck::db::StepReport| match step.direction {
        Direction::Up => format!("+{}", step.revision),
        Direction::Down => format!("-{}", step.revision),
    };
    report.steps.iter().map(step).collect()
}

/// Sends one statement, which has to pass.
fn execute(session: &mut dyn Session, sql: &str) {
    block_on(session.execute(sql)).unwrap_or_else(|error| panic!("{error}: {sql}"));
}

/// The rows of a query; NULL is empty.
fn rows(session: &mut dyn Session, sql: &str) -> Vec<Vec<String>> {
    let rows = block_on(session.rows(sql, &[])).unwrap_or_else(|error| panic!("{error}: {sql}"));
    let text = |row: Vec<Option<String>>| row.into_iter().map(Option::unwrap_or_default).collect();
    rows.into_iter().map(text).collect()
}

/// The one value of a query.
fn value(session: &mut dyn Session, sql: &str) -> String {
    rows(session, sql).remove(0).remove(0)
}

fn has_table(session: &mut dyn Session, table: &str) -> bool {
    block_on(session.rows(&format!("SELECT 1 FROM {table}"), &[])).is_ok()
}

/// The revisions that are applied, in the order of their ids.
fn recorded(session: &mut dyn Session) -> Vec<String> {
    let rows = rows(
        session,
        "SELECT revision FROM _migcheck_revisions WHERE state <> 'applying' ORDER BY revision",
    );
    rows.into_iter().flatten().collect()
}

/// A chain of four, each with a table of its own.
fn four_tables() -> Directory {
    let directory = Directory::new();
    for table in ["one", "two", "three", "four"] {
        let create = format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY);");
        directory.add(table, &create, &format!("DROP TABLE {table};"));
    }
    directory
}
