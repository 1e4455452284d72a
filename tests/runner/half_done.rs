//! Statements of which nobody knows whether, or how much of them, was done: no rows are lost, and none
//! come twice.

use std::thread::sleep;
use std::time::Duration;

use migcheck::db::{Doubt, Resolution, Session};
use migcheck::{Dialect, Direction, MigrateError};

use crate::interrupted::{lose, resolve, undecided, upgrade};
use crate::support::{Case, Directory, TestServer, connect};
use crate::{execute, rows, value};

pub(crate) fn cases() -> Vec<Case> {
    let mysql = |server: &TestServer| server.dialect() == Dialect::MySql;
    let mariadb = |server: &TestServer| server.product() == "mariadb";
    vec![
        Case::new("a_table_is_not_emptied_twice", emptied).only(mysql),
        Case::new("a_table_made_anew_or_altered_is_asked_about", dropped).only(mysql),
        Case::new("a_database_made_anew_is_not_dropped", dropped_database).only(mysql),
        Case::new("an_event_that_has_gone_is_not_made_again", passing_event).only(mysql),
        Case::new("a_sequence_is_not_restarted_twice", restarted).only(mariadb),
        Case::new("a_change_without_a_name_is_told_from_others", unnamed).only(mysql),
        Case::new("a_trigger_made_anew_is_not_dropped", made_anew).only(mysql),
        Case::new("a_script_that_was_shortened_is_asked_about", shortened),
        Case::new("a_table_is_not_replaced_twice", replaced).only(mariadb),
        Case::new("a_change_by_others_is_not_taken_for_the_scripts", altered).only(mysql),
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

/// A script with one statement, and one before and behind it.
fn around(before: &str, statement: &str, behind: &str) -> Directory {
    let directory = Directory::new();
    let up = format!("{before};\n{statement};\n{behind};");
    directory.add(
        "one",
        &format!("-- migcheck: transaction = false\n{up}"),
        "SELECT 1;",
    );
    directory
}

fn emptied(server: &TestServer) {
    for statement in ["TRUNCATE TABLE t", "ALTER TABLE t TRUNCATE PARTITION p0"] {
        let directory = around(
            "CREATE TABLE t (n int) PARTITION BY HASH (n) PARTITIONS 1;\nINSERT INTO t VALUES (1)",
            statement,
            "INSERT INTO t VALUES (9)",
        );
        let all = "SELECT CAST(n AS CHAR) FROM t ORDER BY n";
        let scratch = server.scratch();
        lose(&scratch, &directory, Direction::Up, statement, true);
        execute(
            &mut *connect(&scratch),
            "INSERT INTO t VALUES (2), (3), (4)",
        );
        upgrade(&scratch, &directory).unwrap();
        let kept = rows(&mut *connect(&scratch), all);
        assert_eq!(kept, [["2"], ["3"], ["4"], ["9"]], "{statement}");
        let scratch = server.scratch();
        lose(&scratch, &directory, Direction::Up, statement, false);
        execute(&mut *connect(&scratch), "INSERT INTO t VALUES (2)");
        upgrade(&scratch, &directory).unwrap();
        assert_eq!(rows(&mut *connect(&scratch), all), [["9"]], "{statement}");
        // What was altered or rebuilt since has another number too.
        for altered in ["OPTIMIZE TABLE t", "ALTER TABLE t ADD m int DEFAULT 1"] {
            let scratch = server.scratch();
            let mut session = connect(&scratch);
            lose(&scratch, &directory, Direction::Up, statement, false);
            sleep(Duration::from_millis(1100));
            rows(&mut *session, altered);
            let error = upgrade(&scratch, &directory);
            if value(&mut *session, "SELECT count(*) FROM t WHERE n = 1") == "1" {
                let Err(MigrateError::Undecided(_)) = error else {
                    panic!("{altered}: {error:?}");
                };
            }
        }
        // Who may not look is asked, unless there is nothing to lose.
        let scratch = server.scratch();
        lose(&scratch, &directory, Direction::Up, statement, true);
        let mut session = connect(&scratch);
        execute(
            &mut *session,
            "UPDATE _migcheck_revisions SET fingerprint = '-'",
        );
        execute(&mut *session, "INSERT INTO t VALUES (2)");
        undecided(&scratch, &directory, &Doubt::Unseen);
        execute(&mut *session, "DELETE FROM t");
        upgrade(&scratch, &directory).unwrap();
        assert_eq!(rows(&mut *session, all), [["9"]], "{statement}");
    }
}

/// What is there by that name may be another table, or the same one that somebody has altered.
fn dropped(server: &TestServer) {
    let there = "SELECT count(*) FROM information_schema.tables \
                 WHERE table_schema = DATABASE() AND table_name = 't'";
    for statement in ["DROP TABLE IF EXISTS t", "DROP TABLE t"] {
        let directory = around("CREATE TABLE t (n int)", statement, "DO 0");
        let scratch = server.scratch();
        let mut session = connect(&scratch);
        lose(&scratch, &directory, Direction::Up, statement, true);
        sleep(Duration::from_millis(1100));
        execute(&mut *session, "CREATE TABLE t (n int)");
        execute(&mut *session, "INSERT INTO t VALUES (1)");
        undecided(&scratch, &directory, &Doubt::Unseen);
        resolve(&scratch, &directory, Resolution::Applied);
        upgrade(&scratch, &directory).unwrap();
        assert_eq!(value(&mut *session, "SELECT count(*) FROM t"), "1");
        for altered in ["ALTER TABLE t ADD COLUMN z int", "OPTIMIZE TABLE t"] {
            let scratch = server.scratch();
            let mut session = connect(&scratch);
            lose(&scratch, &directory, Direction::Up, statement, false);
            sleep(Duration::from_millis(1100));
            rows(&mut *session, altered);
            undecided(&scratch, &directory, &Doubt::Unseen);
            resolve(&scratch, &directory, Resolution::NotApplied);
            upgrade(&scratch, &directory).unwrap();
            assert_eq!(value(&mut *session, there), "0");
        }
        for arrives in [false, true] {
            let scratch = server.scratch();
            lose(&scratch, &directory, Direction::Up, statement, arrives);
            sleep(Duration::from_millis(1100));
            upgrade(&scratch, &directory).unwrap();
            assert_eq!(value(&mut *connect(&scratch), there), "0");
        }
    }
}

/// Not with what somebody has put into a new one.
fn dropped_database(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let other = value(&mut *session, "SELECT CONCAT('other_', CONNECTION_ID())");
    let is_there = |session: &mut dyn Session| {
        let sql = "SELECT CAST(schema_name AS CHAR) FROM information_schema.schemata";
        rows(session, sql).concat().contains(&other)
    };
    for condition in ["", "IF EXISTS "] {
        let statement = format!("DROP DATABASE {condition}{other}");
        let directory = around("DO 0", &statement, "DO 0");
        let made = |session: &mut dyn Session, table: &str| {
            execute(session, &format!("CREATE DATABASE {other}"));
            execute(session, &format!("CREATE TABLE {other}.{table} (n int)"));
            sleep(Duration::from_millis(1100));
        };
        for arrives in [false, true] {
            let scratch = server.scratch();
            made(&mut *session, "old");
            lose(&scratch, &directory, Direction::Up, &statement, arrives);
            upgrade(&scratch, &directory).unwrap();
            assert!(!is_there(&mut *session), "{statement}");
        }
        let scratch = server.scratch();
        made(&mut *session, "old");
        lose(&scratch, &directory, Direction::Up, &statement, true);
        sleep(Duration::from_millis(1100));
        made(&mut *session, "orders");
        undecided(&scratch, &directory, &Doubt::Unseen);
        assert!(is_there(&mut *session), "{statement}");
        execute(&mut *session, &format!("DROP DATABASE {other}"));
    }
}

/// One that has run and dropped itself looks like one that was never made.
fn passing_event(server: &TestServer) {
    let events = "SELECT count(*) FROM information_schema.events WHERE event_schema = DATABASE()";
    for (head, schedule) in [
        ("", "AT '2037-01-01 00:00:00'"),
        ("IF NOT EXISTS ", "AT '2037-01-01 00:00:00'"),
        ("", "EVERY 1 DAY ENDS '2037-01-01 00:00:00'"),
    ] {
        let statement = format!("CREATE EVENT {head}e ON SCHEDULE {schedule} DO DELETE FROM t");
        let directory = around("CREATE TABLE t (n int)", &statement, "DO 0");
        let scratch = server.scratch();
        let mut session = connect(&scratch);
        lose(&scratch, &directory, Direction::Up, &statement, true);
        execute(&mut *session, "DROP EVENT e");
        undecided(&scratch, &directory, &Doubt::Unseen);
        assert_eq!(value(&mut *session, events), "0", "{statement}");
        let scratch = server.scratch();
        lose(&scratch, &directory, Direction::Up, &statement, true);
        upgrade(&scratch, &directory).unwrap();
        assert_eq!(value(&mut *connect(&scratch), events), "1", "{statement}");
    }
    let stays = "CREATE EVENT e ON SCHEDULE AT '2037-01-01' ON COMPLETION PRESERVE DO SELECT 1";
    let directory = around("DO 0", stays, "DO 0");
    for arrives in [false, true] {
        let scratch = server.scratch();
        lose(&scratch, &directory, Direction::Up, stays, arrives);
        upgrade(&scratch, &directory).unwrap();
        assert_eq!(value(&mut *connect(&scratch), events), "1");
    }
}

/// Numbers that were given out since would be given out again.
fn restarted(server: &TestServer) {
    let statement = "ALTER SEQUENCE s RESTART WITH 100";
    let directory = around("CREATE SEQUENCE s", statement, "DO 0");
    let scratch = server.scratch();
    lose(&scratch, &directory, Direction::Up, statement, true);
    let mut session = connect(&scratch);
    let next = "SELECT CAST(NEXTVAL(s) AS CHAR)";
    assert_eq!(value(&mut *session, next), "100");
    undecided(&scratch, &directory, &Doubt::Unseen);
    resolve(&scratch, &directory, Resolution::Applied);
    upgrade(&scratch, &directory).unwrap();
    assert_eq!(value(&mut *session, next), "101");
}

/// Whatever else of the table somebody changes before the next run.
fn unnamed(server: &TestServer) {
    let count = |from: &str, condition: &str| {
        format!(
            "SELECT count(*) FROM information_schema.{from} \
             WHERE table_schema = DATABASE() AND {condition}"
        )
    };
    let before = "CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (n int, k varchar(100) CHARACTER SET utf8mb4)";
    for (statement, done) in [
        (
            "ALTER TABLE t MODIFY k varchar(300)",
            count(
                "columns",
                "column_name = 'k' AND column_type = 'varchar(300)'",
            ),
        ),
        (
            "ALTER TABLE t CHANGE k m varchar(100)",
            count("columns", "column_name = 'm'"),
        ),
        (
            "ALTER TABLE t ALTER n SET DEFAULT 3",
            count("columns", "column_name = 'n' AND column_default = '3'"),
        ),
        (
            "ALTER TABLE t RENAME TO u",
            count("tables", "table_name = 'u'"),
        ),
        (
            "ALTER TABLE t ADD CHECK (n > 0)",
            count("table_constraints", "constraint_type = 'CHECK'"),
        ),
        (
            "ALTER TABLE t ADD COLUMN (a int, b int)",
            count("columns", "column_name = 'b'"),
        ),
        (
            "ALTER TABLE t ADD UNIQUE (k)",
            count("statistics", "table_name = 't' AND non_unique = 0"),
        ),
        (
            "ALTER TABLE t ADD FOREIGN KEY (n) REFERENCES p (id)",
            count("table_constraints", "constraint_type = 'FOREIGN KEY'"),
        ),
        (
            "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            count(
                "tables",
                "table_name = 't' AND table_collation = 'utf8mb4_bin'",
            ),
        ),
        (
            "ALTER TABLE t PARTITION BY HASH (n) PARTITIONS 2",
            count("partitions", "table_name = 't' AND partition_name = 'p1'"),
        ),
    ] {
        let directory = around(before, statement, "DO 0");
        for arrives in [false, true] {
            let scratch = server.scratch();
            let mut session = connect(&scratch);
            lose(&scratch, &directory, Direction::Up, statement, arrives);
            let renamed = arrives && statement.contains("RENAME");
            let table = if renamed { "u" } else { "t" };
            let column = if arrives && statement.contains("CHANGE") {
                "m"
            } else {
                "k"
            };
            let other = format!("CREATE INDEX of_others ON {table} ({column})");
            execute(&mut *session, &other);
            upgrade(&scratch, &directory).unwrap_or_else(|error| panic!("{statement}: {error}"));
            assert_eq!(value(&mut *session, &done), "1", "{statement} {arrives}");
        }
    }
    // What cannot be told apart.
    let statement = match server.product() {
        "mariadb" => "ALTER TABLE t ADD SYSTEM VERSIONING",
        _ => "ALTER TABLE t ADD UNIQUE ((n + 1))",
    };
    let directory = around(before, statement, "DO 0");
    let scratch = server.scratch();
    lose(&scratch, &directory, Direction::Up, statement, false);
    upgrade(&scratch, &directory).unwrap();
    let scratch = server.scratch();
    lose(&scratch, &directory, Direction::Up, statement, false);
    execute(&mut *connect(&scratch), "CREATE INDEX of_others ON t (k)");
    undecided(&scratch, &directory, &Doubt::Unseen);
}

/// Another trigger of that name is not the one that was to go.
fn made_anew(server: &TestServer) {
    let trigger = "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.n =";
    let directory = around(
        &format!("CREATE TABLE t (n int);\n{trigger} 1"),
        "DROP TRIGGER g",
        "DO 0",
    );
    let scratch = server.scratch();
    lose(&scratch, &directory, Direction::Up, "DROP TRIGGER g", false);
    let mut session = connect(&scratch);
    execute(&mut *session, "DROP TRIGGER g");
    execute(&mut *session, &format!("{trigger} 2"));
    undecided(&scratch, &directory, &Doubt::Unseen);
}

/// A row of an older history table, which does not say what was run, and a script that was shortened.
fn shortened(server: &TestServer) {
    let up = "CREATE TABLE t (n int);\nINSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2)";
    let directory = around(up, "INSERT INTO gone VALUES (1)", "SELECT 1");
    let scratch = server.scratch();
    upgrade(&scratch, &directory).unwrap_err();
    let mut session = connect(&scratch);
    execute(
        &mut *session,
        "UPDATE _migcheck_revisions SET done_checksum = NULL",
    );
    let rest = "INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);\nINSERT INTO gone VALUES (1);\nSELECT 1;";
    directory.edit("001_one.up.sql", rest, "");
    undecided(&scratch, &directory, &Doubt::Rewritten);
}

fn replaced(server: &TestServer) {
    let statement = "CREATE OR REPLACE TABLE t (n int)";
    let directory = around(
        "CREATE TABLE t (n int);\nINSERT INTO t VALUES (1);\nDO SLEEP(1.1)",
        statement,
        "INSERT INTO t VALUES (9)",
    );
    let scratch = server.scratch();
    lose(&scratch, &directory, Direction::Up, statement, true);
    execute(&mut *connect(&scratch), "INSERT INTO t VALUES (2)");
    upgrade(&scratch, &directory).unwrap();
    let all = "SELECT CAST(n AS CHAR) FROM t ORDER BY n";
    assert_eq!(rows(&mut *connect(&scratch), all), [["2"], ["9"]]);
    let scratch = server.scratch();
    lose(&scratch, &directory, Direction::Up, statement, false);
    upgrade(&scratch, &directory).unwrap();
    assert_eq!(rows(&mut *connect(&scratch), all), [["9"]]);
}

fn altered(server: &TestServer) {
    for (statement, expected) in [
        ("ALTER TABLE t ADD COLUMN m int", ["m", "n"]),
        ("ALTER TABLE t ADD m int, MODIFY n bigint", ["m", "n"]),
        (
            "ALTER TABLE t RENAME COLUMN k TO l, ADD INDEX t_l (l)",
            ["l", "n"],
        ),
        ("CREATE INDEX t_n ON t (n)", ["k", "n"]),
        ("ALTER TABLE t DROP INDEX old", ["k", "n"]),
    ] {
        let directory = around(
            "CREATE TABLE t (n int, k int, KEY old (n))",
            statement,
            "DO 0",
        );
        for arrives in [false, true] {
            let scratch = server.scratch();
            let mut session = connect(&scratch);
            lose(&scratch, &directory, Direction::Up, statement, arrives);
            execute(&mut *session, "CREATE INDEX of_others ON t (n)");
            upgrade(&scratch, &directory).unwrap();
            let columns = "SELECT CAST(column_name AS CHAR) FROM information_schema.columns \
                           WHERE table_schema = DATABASE() AND table_name = 't' ORDER BY 1";
            let there = rows(&mut *session, columns).concat();
            for column in expected {
                assert!(
                    there.iter().any(|one| one == column),
                    "{statement}: {there:?}"
                );
            }
            let indexes = "SELECT CAST(index_name AS CHAR) FROM information_schema.statistics \
                           WHERE table_schema = DATABASE() AND table_name = 't'";
            let there = rows(&mut *session, indexes).concat();
            let has = |index: &str| there.iter().any(|one| one == index);
            assert_eq!(has("old"), !statement.contains("DROP"), "{statement}");
            assert_eq!(has("t_n"), statement.contains("t_n"), "{statement}");
            assert_eq!(has("t_l"), statement.contains("t_l"), "{statement}");
        }
    }
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
