//! Wrong inputs, as a program meets them that uses the library: the whole message, and that nothing is
//! lost. What a user of the command is told is in cargo-migcheck/tests/clients/wrong.rs.

mod full;
mod locked;
mod said;

use migcheck::Dialect;
use migcheck::db::{Session, snapshot};

use crate::rows;
use crate::support::{Case, TestServer, block_on};

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = said::cases();
    cases.extend(locked::cases());
    cases.extend(full::cases());
    cases
}

/// The schema, and what the history says; a run that was refused leaves it as it was.
fn contents(session: &mut dyn Session) -> String {
    let schema = block_on(snapshot(session, "_migcheck_revisions"))
        .unwrap_or_else(|error| panic!("{error}"));
    let history = "SELECT revision, state, checksum FROM _migcheck_revisions ORDER BY revision";
    let has_history = block_on(session.rows(history, &[])).is_ok();
    let history = has_history.then(|| rows(session, history));
    format!("{}{history:?}", schema.to_sql())
}

/// What differs between the databases.
fn of<'a>(server: &TestServer, postgres: &'a str, mysql: &'a str, sqlite: &'a str) -> &'a str {
    match server.dialect() {
        Dialect::Postgres => postgres,
        Dialect::MySql => mysql,
        Dialect::Sqlite => sqlite,
    }
}
