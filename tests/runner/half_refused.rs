//! Statements that are refused when they have done a part of what they do.

use migcheck::db::{Doubt, Resolution};
use migcheck::{Dialect, Direction, MigrateError};

use crate::cut::{around, lose, resolve, undecided, upgrade};
use crate::support::{Case, Directory, TestServer, connect};
use crate::{execute, value};

pub(crate) fn cases() -> Vec<Case> {
    let mysql = |server: &TestServer| server.dialect() == Dialect::MySql;
    vec![
        Case::new(
            "what_a_refused_statement_committed_is_not_repeated",
            committed,
        )
        .only(mysql),
        Case::new("a_call_that_fails_half_way_is_asked_about", call).only(mysql),
        Case::new(
            "a_call_that_commits_and_fails_is_asked_about",
            postgres_call,
        )
        .only(|server| server.dialect() == Dialect::Postgres),
        Case::new(
            "rows_that_stay_of_a_refusal_are_asked_about",
            without_transactions,
        )
        .only(mysql),
        Case::new(
            "a_drop_of_several_that_fails_is_asked_about",
            drop_of_several,
        )
        .only(mysql),
    ]
}

/// An upgrade is refused at a statement that has left something, and neither forgets it nor tries it
/// again before somebody has looked.
#[track_caller]
fn asked_about(server: &TestServer, directory: &Directory, left: &str) {
    for resolution in [Resolution::NotApplied, Resolution::Applied] {
        let scratch = server.scratch();
        let Err(MigrateError::Script(error)) = upgrade(&scratch, directory) else {
            panic!("not refused");
        };
        let said = error.to_string();
        assert!(said.contains("not known how much"), "{said}");
        assert!(said.contains("--as not-applied"), "{said}");
        let count = value(&mut *connect(&scratch), left);
        let asked = undecided(&scratch, directory, &Doubt::Refused);
        assert_eq!(asked.statement(), error.statement());
        assert_eq!(value(&mut *connect(&scratch), left), count);
        resolve(&scratch, directory, resolution);
        if resolution == Resolution::Applied {
            upgrade(&scratch, directory).unwrap();
            assert_eq!(value(&mut *connect(&scratch), left), count);
        } else {
            drop(upgrade(&scratch, directory));
        }
    }
}

/// An upgrade is refused at a statement that has left nothing, and can be mended at once.
#[track_caller]
fn not_asked_about(server: &TestServer, directory: &Directory, wrong: &str, right: &str) {
    let scratch = server.scratch();
    let error = upgrade(&scratch, directory).unwrap_err().to_string();
    assert!(!error.contains("not known how much"), "{error}");
    directory.edit("001_one.up.sql", wrong, right);
    upgrade(&scratch, directory).unwrap();
}

fn call(server: &TestServer) {
    let before = "CREATE TABLE t (n int);
CREATE PROCEDURE fill() BEGIN INSERT INTO t VALUES (1); COMMIT; INSERT INTO gone VALUES (1); END";
    let directory = around(before, "CALL fill()", "DO 0");
    asked_about(server, &directory, "SELECT count(*) FROM t");
    for wrong in ["CALL fil()", "CALL fill(1)", "CALL fill("] {
        let directory = around(before, wrong, "DO 0");
        not_asked_about(server, &directory, wrong, "DO 1");
    }
}

fn committed(server: &TestServer) {
    let before = "CREATE TABLE t (n int);\nBEGIN;\nINSERT INTO t VALUES (1)";
    let wrong = "ALTER TABLE t ADD n int";
    let directory = around(before, wrong, "COMMIT");
    let scratch = server.scratch();
    upgrade(&scratch, &directory).unwrap_err();
    directory.edit("001_one.up.sql", wrong, "ALTER TABLE t ADD m int");
    upgrade(&scratch, &directory).unwrap();
    assert_eq!(
        value(&mut *connect(&scratch), "SELECT count(*) FROM t"),
        "1"
    );
}

fn postgres_call(server: &TestServer) {
    let before = "CREATE TABLE t (n int);
CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$
BEGIN INSERT INTO t VALUES (1); COMMIT; INSERT INTO gone VALUES (1); END $$";
    let directory = around(before, "CALL fill()", "SELECT 1");
    asked_about(server, &directory, "SELECT count(*) FROM t");
    for wrong in ["CALL fil()", "CALL fill("] {
        let directory = around(before, wrong, "SELECT 1");
        not_asked_about(server, &directory, wrong, "SELECT 2");
    }
}

fn without_transactions(server: &TestServer) {
    let table = "CREATE TABLE t (n int PRIMARY KEY) ENGINE = MyISAM";
    let left = "SELECT count(*) FROM t";
    let insert = "INSERT INTO t VALUES (1), (2), (2)";
    asked_about(server, &around(table, insert, "DO 0"), left);
    // Behind a view.
    let view = format!("{table};\nCREATE VIEW v AS SELECT n FROM t");
    let insert = "INSERT INTO v VALUES (1), (2), (2)";
    asked_about(server, &around(&view, insert, "DO 0"), left);
    let wrong = "INSERT INTO t VALUES (1, 2)";
    not_asked_about(server, &around(table, wrong, "DO 0"), wrong, "DO 1");
    // In another schema.
    let directory = around(
        "CREATE TABLE t (n int) ENGINE = InnoDB",
        "INSERT INTO other.t VALUES (1)",
        "DO 0",
    );
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let other = format!(
        "other_{}",
        value(&mut *session, "SELECT CAST(CONNECTION_ID() AS CHAR)")
    );
    directory.edit("001_one.up.sql", "other.t", &format!("{other}.t"));
    execute(&mut *session, &format!("CREATE DATABASE {other}"));
    execute(
        &mut *session,
        &format!("CREATE TABLE {other}.t (n int) ENGINE = MyISAM"),
    );
    let statement = format!("INSERT INTO {other}.t");
    lose(&scratch, &directory, Direction::Up, &statement, true);
    let error = upgrade(&scratch, &directory).unwrap_err();
    execute(&mut *session, &format!("DROP DATABASE {other}"));
    assert!(matches!(error, MigrateError::Undecided(_)), "{error}");
}

fn drop_of_several(server: &TestServer) {
    let directory = around("CREATE TABLE r (n int)", "DROP TABLE r, p", "DO 0");
    if server.product() == "mariadb" {
        let left = "SELECT count(*) FROM information_schema.tables \
                    WHERE table_schema = DATABASE() AND table_name = 'r'";
        asked_about(server, &directory, left);
    } else {
        not_asked_about(server, &directory, "DROP TABLE r, p", "DROP TABLE r");
    }
}
