//! What somebody else holds: the run's own lock, or what a statement needs.

use std::time::{Duration, Instant};

use migcheck::Dialect;
use migcheck::db::Session;
use migcheck::harness::Scratch;

use super::{contents, of};
use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{execute, four_tables, migrator, recorded, steps};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("wrong_input::another_run", another_run),
        Case::new("wrong_input::a_table_that_is_locked", locked_table),
        Case::new("wrong_input::a_statement_that_does_not_end", no_end)
            .only(|server| server.dialect() != Dialect::Sqlite),
    ]
}

/// The third revision changes a table that somebody else is busy with.
fn busy() -> Directory {
    let directory = four_tables();
    directory.write(
        "004_four.up.sql",
        "-- migcheck: revises = \"003\"\nALTER TABLE one ADD COLUMN name varchar(8);\n",
    );
    directory.write("004_four.down.sql", "ALTER TABLE one DROP COLUMN name;\n");
    directory
}

/// A transaction that keeps others from changing the table, until it ends.
fn holder(server: &TestServer, scratch: &Scratch) -> Box<dyn Session> {
    let mut holder = connect(scratch);
    let sql = of(
        server,
        "BEGIN; LOCK TABLE one",
        "START TRANSACTION; SELECT * FROM one",
        "BEGIN IMMEDIATE",
    );
    execute(&mut *holder, sql);
    holder
}

fn another_run(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(four_tables().graph())
        .lease(Some(Duration::from_secs(30)))
        .lock_timeout(Duration::ZERO);
    block_on(migrator.upgrade(&mut *session, "002")).unwrap();
    let later = of(
        server,
        "now() + interval '1 minute'",
        "now(6) + interval 1 minute",
        "",
    );
    let mut file = None;
    let who = if server.dialect() == Dialect::Sqlite {
        let path = format!("{}-migcheck-lock", scratch.url().database().unwrap());
        let held = std::fs::File::create(path).unwrap();
        held.lock().unwrap();
        file = Some(held);
        ""
    } else {
        let row = format!("INSERT INTO _migcheck_revisions_lock VALUES (1, 'somebody', {later})");
        execute(&mut *session, &row);
        " (somebody)"
    };
    let before = contents(&mut *session);
    for error in [
        block_on(migrator.upgrade(&mut *session, "head")).unwrap_err(),
        block_on(migrator.downgrade(&mut *session, "base")).unwrap_err(),
        block_on(migrator.stamp(&mut *session, "head", false)).unwrap_err(),
    ] {
        assert_eq!(
            error.to_string(),
            format!(
                "another run has been migrating this database for 0 seconds{who}; wait for it, or end its session"
            )
        );
    }
    assert_eq!(contents(&mut *session), before);
    if file.take().is_none() {
        execute(&mut *session, "DELETE FROM _migcheck_revisions_lock");
    }
    let report = block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(steps(&report), ["+003", "+004"]);
}

/// With a limit of the server's own, or of SQLite's connection.
fn locked_table(server: &TestServer) {
    let directory = busy();
    let scratch = server.scratch();
    let url = scratch.url().reveal();
    let mark = if url.contains('?') { '&' } else { '?' };
    let limited = format!("{url}{mark}options=-c%20lock_timeout%3D200ms");
    let url = of(server, &limited, &url, &url).to_owned();
    let mut session = block_on(migcheck::db::connect(&url.parse().unwrap())).unwrap();
    let session = &mut *session;
    match server.dialect() {
        Dialect::Postgres => {}
        Dialect::MySql => execute(session, "SET SESSION lock_wait_timeout = 1"),
        Dialect::Sqlite => execute(session, "PRAGMA busy_timeout = 0"),
    }
    let migrator = migrator(directory.graph()).lock_timeout(Duration::from_millis(200));
    block_on(migrator.upgrade(&mut *session, "003")).unwrap();
    let before = contents(session);
    let mut holder = holder(server, &scratch);
    let error = block_on(migrator.upgrade(&mut *session, "head")).unwrap_err();
    let place = format!(
        " --> {}:2:1\n  |\n2 | ALTER TABLE one ADD COLUMN name varchar(8);\n  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n",
        directory.path("004_four.up.sql").display()
    );
    let said = of(
        server,
        "error: the up script of `004` fails: canceling statement due to lock timeout (55P03)\n@help: another session \
         uses what the statement needs, see `pg_stat_activity`; when it has ended, run this again: it goes on where \
         it stopped",
        "error: the up script of `004` fails: Lock wait timeout exceeded; try restarting transaction (1205)\n@help: \
         another session uses what the statement needs, see `SHOW PROCESSLIST`; when it has ended, run this again: it \
         goes on where it stopped",
        "another connection has been writing to this database for 0 seconds; wait until its transaction has ended, or \
         end it",
    );
    assert_eq!(error.to_string(), said.replace('@', &place));
    execute(&mut *holder, "ROLLBACK");
    assert_eq!(contents(session), before);
    let report = block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(steps(&report), ["+004"]);
}

/// Without one, and a run that was told to give up.
fn no_end(server: &TestServer) {
    let directory = busy();
    let scratch = server.scratch();
    block_on(migrator(directory.graph()).upgrade(&mut *connect(&scratch), "003")).unwrap();
    let mut holder = holder(server, &scratch);
    let impatient = migrator(directory.graph()).statement_timeout(Some(Duration::from_millis(700)));
    let mut session = connect(&scratch);
    let started = Instant::now();
    let error = block_on(impatient.upgrade(&mut *session, "head")).unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(3));
    let said = format!(
        "error: the up script of `004` fails: the server did not answer within 700ms\n --> {}:2:1\n  |\n2 | ALTER \
         TABLE one ADD COLUMN name varchar(8);\n  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\nhelp: see `{}` for what it \
         waits for, and the server's log for a full disk; when that has ended, run this again: it goes on where it \
         stopped",
        directory.path("004_four.up.sql").display(),
        of(server, "pg_stat_activity", "SHOW PROCESSLIST", "")
    );
    assert_eq!(error.to_string(), said);
    drop(session);
    execute(&mut *holder, "ROLLBACK");
    // What was waited for may still be done, and is not done twice.
    let patient = migrator(directory.graph());
    block_on(patient.upgrade(&mut *connect(&scratch), "head"))
        .unwrap_or_else(|error| panic!("{error}"));
    let mut session = connect(&scratch);
    block_on(patient.verify(&mut *session)).unwrap();
    assert_eq!(recorded(&mut *session), ["001", "002", "003", "004"]);
    execute(
        &mut *session,
        "INSERT INTO one (id, name) VALUES (1, 'once')",
    );
}
