//! A lease in the place of a lock, and who holds either.

use std::thread;
use std::time::{Duration, Instant};

use migcheck::db::snapshot;
use migcheck::{Dialect, MigrateError};

use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{execute, four_tables, has_table, migrator, recorded, rows, steps, value};

pub(crate) fn cases() -> Vec<Case> {
    let has_leases = |server: &TestServer| server.dialect() != Dialect::Sqlite;
    vec![
        Case::new("a_lease_keeps_others_out", keeps_out).only(has_leases),
        Case::new("a_lease_that_ran_out_is_taken_over", runs_out).only(has_leases),
        Case::new(
            "a_lease_of_a_session_with_ones_own_number_is_taken_over",
            restarted,
        )
        .only(has_leases),
        Case::new("a_lease_that_may_not_be_written_is_nobody_s", read_only)
            .only(|server| server.dialect() == Dialect::Postgres),
        Case::new("a_lease_is_where_the_history_is", in_a_schema)
            .only(|server| server.dialect() == Dialect::Postgres),
        Case::new("who_has_lost_a_lease_commits_nothing", lost)
            .only(|server| server.dialect() == Dialect::Postgres),
        Case::new("who_has_lost_a_lease_writes_nothing", lost_on_the_way).only(has_leases),
        Case::new("a_lease_lasts_as_long_as_a_statement", lasts).only(has_leases),
        Case::new(
            "a_pool_s_lease_lasts_as_long_as_a_statement",
            lasts_in_a_pool,
        )
        .only(|server| server.dialect() == Dialect::Postgres),
        Case::new("a_lease_is_not_taken_from_who_is_at_work", at_work).only(has_leases),
        Case::new(
            "a_server_that_gives_everybody_the_lock_is_refused",
            no_locks,
        )
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
    let schema = block_on(snapshot(&mut *session, "_migcheck_revisions")).unwrap();
    assert!(!schema.to_sql().contains("_lock"), "{}", schema.to_sql());
    let later = match server.dialect() {
        Dialect::Postgres => "now() + interval '1 minute'",
        _ => "utc_timestamp(6) + interval 1 minute",
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
        _ => "utc_timestamp(6) - interval 1 second",
    };
    execute(
        &mut *session,
        &format!("INSERT INTO _migcheck_revisions_lock VALUES (1, 'somebody', {ago})"),
    );
    let report = block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(steps(&report), ["+002", "+003", "+004"]);
}

/// A server that was restarted counts its sessions anew.
fn restarted(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(four_tables().graph())
        .lease(LEASE)
        .lock_timeout(Duration::from_millis(500));
    block_on(migrator.upgrade(&mut *session, "001")).unwrap();
    let (own, ago) = match server.dialect() {
        Dialect::Postgres => ("pg_backend_pid()", "now() - interval '1 second'"),
        _ => ("connection_id()", "utc_timestamp(6) - interval 1 second"),
    };
    execute(
        &mut *session,
        &format!(
            "INSERT INTO _migcheck_revisions_lock VALUES (1, concat('process 7, 1.0, session ', {own}), {ago})"
        ),
    );
    let report = block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(steps(&report), ["+002", "+003", "+004"]);
}

/// Nobody else migrates, and that is not what is said.
fn read_only(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(four_tables().graph()).lease(LEASE);
    block_on(migrator.upgrade(&mut *session, "001")).unwrap();
    execute(
        &mut *session,
        "DO $$ BEGIN CREATE ROLE lease_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         ALTER ROLE lease_reader LOGIN PASSWORD 'reads';
         GRANT SELECT ON ALL TABLES IN SCHEMA public TO lease_reader",
    );
    let url = scratch.url().reveal();
    let (before, after) = url.split_once("://").unwrap();
    let (_, host) = after.split_once('@').unwrap();
    let reader = format!("{before}://lease_reader:reads@{host}")
        .parse()
        .unwrap();
    let mut reader = block_on(migcheck::db::connect(&reader)).unwrap();
    let error = block_on(migrator.upgrade(&mut *reader, "head")).unwrap_err();
    assert!(error.to_string().contains("permission denied"), "{error}");
}

/// Also where nobody has made that schema before.
fn in_a_schema(server: &TestServer) {
    let scratch = server.scratch();
    let migrator = migrator(four_tables().graph())
        .lease(LEASE)
        .history_schema("ledger");
    let mut session = connect(&scratch);
    block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    let sql = "SELECT count(*) FROM ledger._migcheck_revisions_lock";
    assert_eq!(value(&mut *session, sql), "0");
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

/// What the journal says by then is the word of whoever has the lease.
fn lost_on_the_way(server: &TestServer) {
    let directory = Directory::new();
    let procedure = match server.dialect() {
        Dialect::Postgres => {
            "CREATE PROCEDURE p() LANGUAGE sql AS $$ UPDATE _migcheck_revisions_lock SET owner = 'somebody' $$"
        }
        _ => "CREATE PROCEDURE p() UPDATE _migcheck_revisions_lock SET owner = 'somebody'",
    };
    let up = format!(
        "-- migcheck: transaction = false\n{procedure};\nCALL p();\nCREATE TABLE t (n int);"
    );
    directory.add("lost", &up, "DROP PROCEDURE p;");
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(directory.graph()).lease(LEASE);
    let error = block_on(migrator.upgrade(&mut *session, "head")).unwrap_err();
    assert!(matches!(error, MigrateError::LeaseLost), "{error}");
    let sql =
        "SELECT state, CAST(statements_done AS CHAR(1)), fingerprint FROM _migcheck_revisions";
    let row = rows(&mut *session, sql).remove(0).join(" ");
    assert_eq!(row.trim_end(), "applying 1 -");
    assert!(!has_table(&mut *session, "t"));
}

/// Revisions that take their time; of Postgres one has no transaction.
fn slow(server: &TestServer) -> Directory {
    let directory = Directory::new();
    if server.dialect() == Dialect::Postgres {
        directory.add("slow", "SELECT pg_sleep(4);", "SELECT 1;");
        directory.add(
            "loose",
            "-- migcheck: transaction = false
CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT pg_sleep(4)';
CALL p();",
            "DROP PROCEDURE p;",
        );
    } else {
        let up = "DO SLEEP(4);\nCREATE TABLE t AS SELECT SLEEP(2) n;";
        directory.add("slow", up, "DROP TABLE t;");
    }
    directory
}

const SHORT: Option<Duration> = Some(Duration::from_millis(1_500));

/// Nobody gets a lease that is shorter than a statement while this is run.
fn lasts(server: &TestServer) {
    let scratch = server.scratch();
    let directory = slow(server);
    thread::scope(|scope| {
        let holder = scope.spawn(|| {
            let migrator = migrator(directory.graph()).lease(SHORT);
            block_on(migrator.upgrade(&mut *connect(&scratch), "head"))
                .unwrap_or_else(|error| panic!("{error}"))
        });
        let mut session = connect(&scratch);
        await_lease(&mut *session);
        while !holder.is_finished() {
            let over = match server.dialect() {
                Dialect::Postgres => "expires < clock_timestamp()",
                _ => "expires < CURRENT_TIMESTAMP(6)",
            };
            let sql = format!(
                "SELECT CAST(count(*) AS CHAR(1)) FROM _migcheck_revisions_lock WHERE {over}"
            );
            assert_eq!(value(&mut *session, &sql), "0");
            thread::sleep(Duration::from_millis(100));
        }
        let steps = steps(&holder.join().unwrap());
        assert_eq!(steps[0], "+001");
    });
}

fn lasts_in_a_pool(server: &TestServer) {
    let scratch = server.scratch();
    let directory = slow(server);
    let lease = migrator(directory.graph()).lease(SHORT);
    thread::scope(|scope| {
        let holder = scope.spawn(|| {
            block_on(async {
                let options = sqlx::postgres::PgPoolOptions::new().max_connections(1);
                let pool = options.connect(&scratch.url().reveal()).await.unwrap();
                lease.upgrade(&pool, "head").await.unwrap();
                pool.close().await;
            });
        });
        let mut session = connect(&scratch);
        await_lease(&mut *session);
        let impatient = lease.clone().lock_timeout(Duration::from_secs(5));
        let error = block_on(impatient.upgrade(&mut *session, "head")).unwrap_err();
        assert!(matches!(error, MigrateError::Locked(_)), "{error}");
        holder.join().unwrap();
    });
}

fn await_lease(session: &mut dyn migcheck::db::Session) {
    let started = Instant::now();
    while block_on(session.rows("SELECT owner FROM _migcheck_revisions_lock", &[]))
        .map_or(true, |rows| rows.is_empty())
    {
        assert!(started.elapsed() < Duration::from_secs(10));
        thread::sleep(Duration::from_millis(20));
    }
}

/// Its process is gone, and the server has not noticed.
fn at_work(server: &TestServer) {
    let scratch = server.scratch();
    let migrator = migrator(four_tables().graph()).lease(LEASE);
    let mut session = connect(&scratch);
    block_on(migrator.upgrade(&mut *session, "001")).unwrap();
    let (id, sleep, ago) = match server.dialect() {
        Dialect::Postgres => (
            "SELECT pg_backend_pid()::text",
            "SELECT pg_sleep(2)",
            "now() - interval '1 minute'",
        ),
        _ => (
            "SELECT CAST(CONNECTION_ID() AS CHAR)",
            "DO SLEEP(2)",
            "now(6) - interval 1 minute",
        ),
    };
    let begun = Instant::now();
    thread::scope(|scope| {
        let (tell, told) = std::sync::mpsc::channel();
        let scratch = &scratch;
        scope.spawn(move || {
            let mut old = connect(scratch);
            tell.send(value(&mut *old, id)).unwrap();
            execute(&mut *old, sleep);
        });
        let id = told.recv().unwrap();
        execute(
            &mut *session,
            &format!(
                "INSERT INTO _migcheck_revisions_lock VALUES (1, 'process 1, session {id}', {ago})"
            ),
        );
        thread::sleep(Duration::from_millis(300));
        let report = block_on(migrator.upgrade(&mut *session, "head")).unwrap();
        assert!(begun.elapsed() >= Duration::from_secs(2));
        assert_eq!(steps(&report), ["+002", "+003", "+004"]);
    });
}

/// As CockroachDB calls itself; nobody else's `version()` is found before the server's own unless the
/// search path says so.
fn no_locks(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let database = value(&mut *session, "SELECT current_database()");
    execute(
        &mut *session,
        &format!(
            "CREATE SCHEMA roach; CREATE FUNCTION roach.version() RETURNS text LANGUAGE sql AS \
             $$ SELECT 'CockroachDB CCL v25.2.1 (x86_64-pc-linux-gnu)' $$; \
             ALTER DATABASE {database} SET search_path = public, roach, pg_catalog"
        ),
    );
    let plain = migrator(four_tables().graph());
    let error = block_on(plain.upgrade(&mut *connect(&scratch), "head")).unwrap_err();
    assert!(
        matches!(error, MigrateError::NoLocks("CockroachDB")),
        "{error}"
    );
    assert!(!has_table(&mut *session, "_migcheck_revisions"));
    let leased = plain.clone().lease(LEASE);
    block_on(leased.upgrade(&mut *connect(&scratch), "head")).unwrap();
    // With nothing to do no lock is needed.
    block_on(plain.upgrade(&mut *connect(&scratch), "head")).unwrap();
}
