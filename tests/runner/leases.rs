//! A lease in the place of a lock, and who holds either.

use std::time::Duration;

use migcheck::{Dialect, MigrateError};

use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{execute, four_tables, has_table, migrator, recorded, steps, value};

pub(crate) fn cases() -> Vec<Case> {
    let has_leases = |server: &TestServer| server.dialect() != Dialect::Sqlite;
    vec![
        Case::new("a_lease_keeps_others_out", keeps_out).only(has_leases),
        Case::new("a_lease_that_ran_out_is_taken_over", runs_out).only(has_leases),
        Case::new("who_has_lost_a_lease_commits_nothing", lost)
            .only(|server| server.dialect() == Dialect::Postgres),
    ]
}

const LEASE: Option<Duration> = Some(Duration::from_secs(30));

fn keeps_out(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(four_tables().graph())
        .lease(LEASE)
        .lock_timeout(Duration::from_millis(300));
    block_on(migrator.upgrade(&mut *session, "002")).unwrap();
    assert_eq!(
        value(
            &mut *session,
            "SELECT count(*) FROM _migcheck_revisions_lock"
        ),
        "0"
    );
    let later = match server.dialect() {
        Dialect::Postgres => "now() + interval '1 minute'",
        _ => "now(6) + interval 1 minute",
    };
    execute(
        &mut *session,
        &format!("INSERT INTO _migcheck_revisions_lock VALUES (1, 'somebody', {later})"),
    );
    let error = block_on(migrator.upgrade(&mut *session, "head")).unwrap_err();
    assert!(matches!(error, MigrateError::Locked(_)), "{error}");
    assert!(error.to_string().contains("(somebody)"), "{error}");
    assert_eq!(recorded(&mut *session), ["001", "002"]);
}

fn runs_out(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(four_tables().graph()).lease(LEASE);
    block_on(migrator.upgrade(&mut *session, "001")).unwrap();
    let ago = match server.dialect() {
        Dialect::Postgres => "now() - interval '1 second'",
        _ => "now(6) - interval 1 second",
    };
    execute(
        &mut *session,
        &format!("INSERT INTO _migcheck_revisions_lock VALUES (1, 'somebody', {ago})"),
    );
    let report = block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(steps(&report), ["+002", "+003", "+004"]);
}

/// As if somebody had taken over while the statement ran.
fn lost(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "slow",
        "CREATE TABLE slow (id INTEGER);\nUPDATE _migcheck_revisions_lock SET owner = 'somebody';\nSET search_path = nowhere;",
        "DROP TABLE slow;",
    );
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(directory.graph()).lease(LEASE);
    let error = block_on(migrator.upgrade(&mut *session, "head")).unwrap_err();
    assert!(matches!(error, MigrateError::LeaseLost), "{error}");
    assert!(!has_table(&mut *session, "slow"));
    assert_eq!(recorded(&mut *session), [""; 0]);
}
