//! Snapshots on every server: for every kind of object, a change that is seen and its undoing.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what breaks has failed the test"
)]

mod snapshot_cases;
mod support;

use std::process::ExitCode;

use migcheck::Dialect;
use migcheck::db::{DatabaseUrl, Session, connect, snapshot};
use snapshot_cases::{cases_for, run_case};
use support::{Case, TestServer, block_on, run_on_every_server};

fn main() -> ExitCode {
    let cases = vec![
        Case::new(
            "every_kind_of_change_is_seen_and_undone",
            every_kind_of_change,
        ),
        Case::new("a_snapshot_leaves_the_session_as_it_was", session_stays)
            .only(|server| server.dialect() == Dialect::Postgres),
    ];
    run_on_every_server(cases, Vec::new())
}

fn every_kind_of_change(server: &TestServer) {
    let changes = cases_for(server.product(), &server.name());
    assert!(!changes.is_empty());
    let scratch = server.scratch();
    let mut session = support::connect(&scratch);
    let mut wrong = Vec::new();
    for change in changes {
        let result = match server.dialect() {
            Dialect::Postgres => {
                execute(&mut *session, "BEGIN");
                let result = block_on(run_case(&mut *session, change));
                execute(&mut *session, "ROLLBACK");
                result
            }
            // Nothing to roll back to: the database is made anew.
            Dialect::MySql => {
                let name = scratch.name();
                let anew = format!("DROP DATABASE {name}; CREATE DATABASE {name}; USE {name}");
                execute(&mut *session, &anew);
                block_on(run_case(&mut *session, change))
            }
            Dialect::Sqlite => {
                let memory: DatabaseUrl = "sqlite::memory:".parse().unwrap();
                let mut memory = block_on(connect(&memory)).unwrap();
                block_on(run_case(&mut *memory, change))
            }
        };
        wrong.extend(result.err());
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Inside a transaction and outside of one.
fn session_stays(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = support::connect(&scratch);
    for (begin, end) in [("SELECT 1", "SELECT 1"), ("BEGIN", "COMMIT")] {
        execute(&mut *session, begin);
        execute(&mut *session, "SET search_path = pg_temp, public");
        let before = settings(&mut *session);
        block_on(snapshot(&mut *session, "h")).unwrap();
        assert_eq!(settings(&mut *session), before);
        execute(&mut *session, end);
        assert_eq!(settings(&mut *session), before);
    }
}

/// All that is set, and whether a transaction is open that may be written in.
fn settings(session: &mut dyn Session) -> Vec<Vec<Option<String>>> {
    let query =
        "SELECT name, setting FROM pg_settings WHERE name <> 'transaction_isolation' ORDER BY name";
    block_on(session.rows(query, &[])).unwrap()
}

fn execute(session: &mut dyn Session, sql: &str) {
    block_on(session.execute(sql)).unwrap_or_else(|error| panic!("{error}: {sql}"));
}
