//! What stops a run, and what the database and the message are like then.

use std::time::Duration;

use libtest_mimic::Trial;
use migcheck::{Dialect, MigrateError};
use sqlx::mysql::MySqlPoolOptions;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePool;

use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{execute, four_tables, has_table, migrator, recorded, steps, upgrade, value};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("a_failing_script_is_told_with_its_place", failing_script),
        Case::new("a_commit_can_fail", failing_commit)
            .only(|server| server.dialect() != Dialect::MySql),
        Case::new(
            "a_failing_downgrade_is_told_with_its_place",
            failing_downgrade,
        ),
        Case::new(
            "the_history_that_is_refused_is_no_fault_of_a_script",
            history,
        ),
        Case::new("what_postgres_says_of_a_script_has_a_way_on", advised)
            .only(|server| server.dialect() == Dialect::Postgres),
        Case::new("an_edited_revision_is_refused", edited),
        Case::new("an_unknown_revision_is_refused", unknown),
        Case::new("a_pool_that_sets_where_names_lead_is_refused", preset)
            .only(|server| server.dialect() == Dialect::Postgres),
        Case::new("no_error_shows_the_password", password),
    ]
}

pub(crate) fn alone() -> Vec<Trial> {
    vec![Trial::test("a_database_that_is_not_there_is_told", || {
        not_there();
        Ok(())
    })]
}

fn failing_script(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "one",
        "CREATE TABLE one (id INTEGER PRIMARY KEY);",
        "DROP TABLE one;",
    );
    directory.add(
        "two",
        "CREATE TABLE two (id INTEGER PRIMARY KEY);\n\nINSERT INTO two VALUES (1);\n-- Nobody has made it.\nINSERT INTO\n    missing\nVALUES (1);\nCREATE TABLE after (id INTEGER PRIMARY KEY);",
        "DROP TABLE two;",
    );
    directory.add(
        "three",
        "CREATE TABLE three (id INTEGER PRIMARY KEY);",
        "DROP TABLE three;",
    );
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let error = upgrade(directory.graph(), &mut *session).unwrap_err();
    let said = error.to_string();
    let MigrateError::Script(error) = error else {
        panic!("{error:?}");
    };
    assert_eq!(error.revision, "002");
    assert_eq!(error.statement(), "INSERT INTO\n    missing\nVALUES (1)");
    // Postgres points at the name, the others at the whole statement.
    let line = if server.dialect() == Dialect::Postgres {
        7
    } else {
        6
    };
    assert_eq!(error.line(), line);
    assert!(said.contains(&format!("002_two.up.sql:{line}:")), "{said}");
    assert!(said.contains("missing"), "{said}");

    let transactional = server.dialect() != Dialect::MySql;
    let mut other = connect(&scratch);
    assert_eq!(has_table(&mut *other, "two"), !transactional);
    assert!(!has_table(&mut *other, "after") && !has_table(&mut *other, "three"));
    assert_eq!(recorded(&mut *other), ["001"]);

    // The lock is free and the session is of use again. Where something of the script is left, it
    // goes on behind that.
    directory.edit(
        "002_two.up.sql",
        "    missing\nVALUES (1)",
        "    one\nVALUES (1)",
    );
    let fixed = migrator(directory.graph()).lock_timeout(Duration::ZERO);
    let report = block_on(fixed.upgrade(&mut *other, "002")).unwrap();
    assert_eq!(steps(&report), ["+002"]);
    let report = block_on(fixed.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(steps(&report), ["+003"]);
}

/// A constraint that is checked at the end of the transaction; no statement is to blame.
fn failing_commit(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "deferred",
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE c (p INTEGER REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED);
         INSERT INTO c VALUES (1);",
        "DROP TABLE c;\nDROP TABLE p;",
    );
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let error = upgrade(directory.graph(), &mut *session).unwrap_err();
    assert!(error.to_string().contains("001_deferred.up.sql"), "{error}");
    assert!(!has_table(&mut *session, "p"));
    assert_eq!(recorded(&mut *session), [""; 0]);
    directory.edit("001_deferred.up.sql", "INSERT INTO c VALUES (1);", "");
    upgrade(directory.graph(), &mut *session).unwrap();
}

/// What somebody did to the history table.
fn history(server: &TestServer) {
    let directory = four_tables();
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(directory.graph());
    block_on(migrator.upgrade(&mut *session, "001")).unwrap();
    execute(
        &mut *session,
        match server.dialect() {
            Dialect::Sqlite => {
                "CREATE TRIGGER no BEFORE INSERT ON _migcheck_revisions WHEN NEW.revision = '002' \
                 BEGIN SELECT RAISE(ABORT, 'no'); END"
            }
            _ => "ALTER TABLE _migcheck_revisions ADD CONSTRAINT no_two CHECK (revision <> '002')",
        },
    );
    let error = block_on(migrator.upgrade(&mut *session, "head")).unwrap_err();
    assert!(
        matches!(&error, MigrateError::Refused { what, .. } if what.contains("could not be written")),
        "{error}"
    );
    assert!(!has_table(&mut *session, "two"));
    assert_eq!(recorded(&mut *session), ["001"]);
}

fn advised(server: &TestServer) {
    for (script, help) in [
        (
            "CREATE TABLE one (id int);\nCREATE INDEX CONCURRENTLY i ON one (id);",
            "before this statement:\n    -- migcheck: transaction = false",
        ),
        (
            "CREATE TABLE private.one (id int);",
            "in a revision before this one:\n    CREATE SCHEMA \"private\";",
        ),
    ] {
        let directory = Directory::new();
        directory.add("one", script, "DROP TABLE one;");
        let scratch = server.scratch();
        let error = upgrade(directory.graph(), &mut *connect(&scratch)).unwrap_err();
        assert!(error.to_string().ends_with(help), "{error}");
    }
}

fn failing_downgrade(server: &TestServer) {
    let directory = four_tables();
    directory.write(
        "003_three.down.sql",
        "DROP TABLE three;\nDROP TABLE missing;",
    );
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(directory.graph());
    block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    let error = block_on(migrator.downgrade(&mut *session, "base")).unwrap_err();
    assert!(
        error.to_string().contains("003_three.down.sql:2:"),
        "{error}"
    );
    assert_eq!(recorded(&mut *session), ["001", "002", "003"]);
    let transactional = server.dialect() != Dialect::MySql;
    assert_eq!(has_table(&mut *session, "three"), transactional);
}

fn edited(server: &TestServer) {
    let directory = four_tables();
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    block_on(migrator(directory.graph()).upgrade(&mut *session, "003")).unwrap();
    directory.edit("002_two.up.sql", "(id", "(number");
    let migrator = migrator(directory.graph());
    let errors = [
        block_on(migrator.upgrade(&mut *session, "head")).unwrap_err(),
        block_on(migrator.downgrade(&mut *session, "-1")).unwrap_err(),
        block_on(migrator.current(&mut *session)).unwrap_err(),
    ];
    for error in errors {
        assert!(
            matches!(&error, MigrateError::Edited(edited) if edited.revisions == ["002"]),
            "{error}"
        );
    }
    assert_eq!(recorded(&mut *session), ["001", "002", "003"]);
    assert!(has_table(&mut *session, "three") && !has_table(&mut *session, "four"));
    // A down script may be mended at any time.
    directory.edit("002_two.up.sql", "(number", "(id");
    directory.edit(
        "003_three.down.sql",
        "DROP TABLE three;",
        "DROP TABLE IF EXISTS three;",
    );
    upgrade(directory.graph(), &mut *session).unwrap();
}

fn unknown(server: &TestServer) {
    let directory = four_tables();
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    upgrade(directory.graph(), &mut *session).unwrap();
    directory
        .remove("004_four.up.sql")
        .remove("004_four.down.sql");
    let error = upgrade(directory.graph(), &mut *session).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("applied, but not in the directory: 004; "),
        "{error}"
    );
    // A child without its parent is no state that migcheck makes.
    execute(
        &mut *session,
        "DELETE FROM _migcheck_revisions WHERE revision IN ('002', '004')",
    );
    let error = upgrade(directory.graph(), &mut *session).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("not applied, though what builds on it is: 002 (below 003); "),
        "{error}"
    );
}

/// A login that is refused by a server, through a pool.
fn password(server: &TestServer) {
    const CANARY: &str = "canary%21secret";
    let scratch = server.scratch();
    let url = scratch.url().reveal();
    if server.dialect() == Dialect::Sqlite {
        return;
    }
    let (start, end) = url.rsplit_once('@').unwrap();
    let (user, _) = start.rsplit_once(':').unwrap();
    let wrong = format!("{user}:{CANARY}@{end}");
    let graph = four_tables().graph();
    let soon = Duration::from_secs(5);
    let error = block_on(async {
        let migrator = migrator(graph);
        match server.dialect() {
            Dialect::Postgres => {
                let pool = PgPoolOptions::new()
                    .acquire_timeout(soon)
                    .connect_lazy(&wrong)
                    .unwrap();
                migrator.upgrade(&pool, "head").await.unwrap_err()
            }
            _ => {
                let pool = MySqlPoolOptions::new()
                    .acquire_timeout(soon)
                    .connect_lazy(&wrong)
                    .unwrap();
                migrator.upgrade(&pool, "head").await.unwrap_err()
            }
        }
    });
    let said = format!("{error} {error:?}");
    assert!(matches!(error, MigrateError::Connect { .. }), "{said}");
    assert!(
        !said.contains("canary") && !said.contains("secret"),
        "{said}"
    );
}

/// As tenants' pools do it: a run would migrate another schema than the pool's.
fn preset(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    execute(&mut *session, "CREATE SCHEMA tenant");
    let error = block_on(async {
        let pool = PgPoolOptions::new().after_connect(|connection, _| {
            let set = sqlx::raw_sql("SET search_path = tenant");
            Box::pin(async move { set.execute(connection).await.map(drop) })
        });
        let pool = pool.connect(&scratch.url().reveal()).await.unwrap();
        migrator(four_tables().graph())
            .upgrade(&pool, "head")
            .await
            .unwrap_err()
    });
    assert!(matches!(error, MigrateError::SearchPath { .. }), "{error}");
    let tables = "SELECT count(*)::text FROM pg_tables WHERE schemaname IN ('public', 'tenant')";
    assert_eq!(value(&mut *session, tables), "0");
}

fn not_there() {
    let error = block_on(async {
        let pool = SqlitePool::connect_lazy("sqlite:///nowhere/at/all.db").unwrap();
        migrator(four_tables().graph())
            .upgrade(&pool, "head")
            .await
            .unwrap_err()
    });
    assert!(
        error
            .to_string()
            .starts_with("the database cannot be reached: "),
        "{error}"
    );
}
