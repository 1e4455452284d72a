//! Servers on which nothing is committed that nobody commits: `autocommit = 0`.

use std::thread;
use std::time::Duration;

use migcheck::db::{Resolution, Session};
use migcheck::{Dialect, MigrateError};

use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{execute, four_tables, migrator, recorded, rows, value};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("a_server_that_commits_nothing_by_itself", all)
            .only(|server| server.dialect() == Dialect::MySql && server.is_started()),
        Case::new("a_transaction_that_is_open_sees_no_old_history", open)
            .only(|server| server.dialect() == Dialect::MySql),
    ]
}

fn all(server: &TestServer) {
    // Of its own, because it is set for everybody.
    server.alone(|server| {
        let scratch = server.scratch();
        execute(&mut *connect(&scratch), "SET GLOBAL autocommit = 0");
        last_record(server);
        resolved(server);
        leased(server);
        in_a_pool(server);
        // Each COMMIT opens the next transaction.
        let chained = "SET GLOBAL autocommit = 1, GLOBAL completion_type = 1";
        execute(&mut *connect(&scratch), chained);
        last_record(server);
        in_a_pool(server);
    });
}

/// The state of each revision, as another session sees it.
fn states(session: &mut dyn Session) -> Vec<String> {
    let sql = "SELECT CONCAT(revision, ' ', state) FROM _migcheck_revisions ORDER BY revision";
    rows(session, sql).into_iter().flatten().collect()
}

fn last_record(server: &TestServer) {
    let directory = four_tables();
    directory.add("row", "INSERT INTO one VALUES (1);", "DELETE FROM one;");
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(directory.graph());
    block_on(migrator.upgrade(&mut *session, "004")).unwrap();
    drop(session);
    assert_eq!(
        states(&mut *connect(&scratch)),
        ["001 applied", "002 applied", "003 applied", "004 applied"]
    );
    block_on(migrator.upgrade(&mut *connect(&scratch), "head")).unwrap();
    assert_eq!(
        value(&mut *connect(&scratch), "SELECT CAST(id AS CHAR) FROM one"),
        "1"
    );
    block_on(migrator.downgrade(&mut *connect(&scratch), "002")).unwrap();
    assert_eq!(
        states(&mut *connect(&scratch)),
        ["001 applied", "002 applied"]
    );
    block_on(migrator.stamp(&mut *connect(&scratch), "003", false)).unwrap();
    assert_eq!(recorded(&mut *connect(&scratch)), ["001", "002", "003"]);
}

fn resolved(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "two",
        "CREATE TABLE a (id int);\nINSERT INTO nowhere VALUES (1);",
        "DROP TABLE a;",
    );
    let scratch = server.scratch();
    let migrator = migrator(directory.graph());
    block_on(migrator.upgrade(&mut *connect(&scratch), "head")).unwrap_err();
    block_on(migrator.resolve(&mut *connect(&scratch), None, Resolution::ScriptApplied)).unwrap();
    assert_eq!(states(&mut *connect(&scratch)), ["001 applied"]);
}

/// Also while a statement lasts longer than it.
fn leased(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "slow",
        "DO SLEEP(4);\nCREATE TABLE t (id int);",
        "DROP TABLE t;",
    );
    let scratch = server.scratch();
    let migrator = migrator(directory.graph())
        .lease(Some(Duration::from_millis(1_500)))
        .lock_timeout(Duration::from_secs(2));
    thread::scope(|scope| {
        let holder = scope.spawn(|| {
            block_on(migrator.upgrade(&mut *connect(&scratch), "head"))
                .unwrap_or_else(|error| panic!("{error}"))
        });
        thread::sleep(Duration::from_secs(1));
        let error = block_on(migrator.upgrade(&mut *connect(&scratch), "head")).unwrap_err();
        assert!(matches!(error, MigrateError::Locked(_)), "{error}");
        holder.join().unwrap();
    });
    let sql = "SELECT CAST(COUNT(*) AS CHAR) FROM _migcheck_revisions_lock";
    assert_eq!(value(&mut *connect(&scratch), sql), "0");
    assert_eq!(states(&mut *connect(&scratch)), ["001 applied"]);
}

/// The one connection of a pool, on which a program asks until somebody has migrated.
fn in_a_pool(server: &TestServer) {
    let scratch = server.scratch();
    let migrator = migrator(four_tables().graph());
    block_on(migrator.upgrade(&mut *connect(&scratch), "003")).unwrap();
    block_on(async {
        let options = sqlx::mysql::MySqlPoolOptions::new().max_connections(1);
        let pool = options.connect(&scratch.url().reveal()).await.unwrap();
        migrator.verify(&pool).await.unwrap_err();
        migrator
            .upgrade(&mut *scratch.connect().await.unwrap(), "head")
            .await
            .unwrap();
        migrator.verify(&pool).await.unwrap();
        pool.close().await;
    });
}

/// What it had read before, another run has done since.
fn open(server: &TestServer) {
    let directory = Directory::new();
    directory.add("table", "CREATE TABLE t (id int);", "DROP TABLE t;");
    directory.add("row", "INSERT INTO t VALUES (1);", "DELETE FROM t;");
    let scratch = server.scratch();
    let migrator = migrator(directory.graph());
    block_on(migrator.upgrade(&mut *connect(&scratch), "001")).unwrap();
    for begin in ["START TRANSACTION", "SET autocommit = 0"] {
        let mut session = connect(&scratch);
        execute(&mut *session, begin);
        assert_eq!(recorded(&mut *session), ["001"]);
        block_on(migrator.upgrade(&mut *connect(&scratch), "head")).unwrap();
        block_on(migrator.upgrade(&mut *session, "head")).unwrap();
        let mut fresh = connect(&scratch);
        assert_eq!(
            value(&mut *fresh, "SELECT CAST(COUNT(*) AS CHAR) FROM t"),
            "1"
        );
        block_on(migrator.downgrade(&mut *fresh, "001")).unwrap();
    }
}
