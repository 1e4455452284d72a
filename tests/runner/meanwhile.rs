//! Statements of which nobody knows whether they were done, and what others have changed since.

use std::thread::sleep;
use std::time::Duration;

use migcheck::db::{Doubt, Resolution, Session};
use migcheck::{Dialect, Direction};

use crate::cut::{around, lose, resolve, undecided, upgrade};
use crate::support::{Case, TestServer, connect};
use crate::{execute, rows, value};

pub(crate) fn cases() -> Vec<Case> {
    let mysql = |server: &TestServer| server.dialect() == Dialect::MySql;
    vec![
        Case::new("a_table_made_anew_or_altered_is_asked_about", dropped).only(mysql),
        Case::new("a_database_made_anew_is_not_dropped", dropped_database).only(mysql),
        Case::new("a_change_without_a_name_is_told_from_others", unnamed).only(mysql),
        Case::new("a_trigger_made_anew_is_not_dropped", made_anew).only(mysql),
        Case::new("a_change_by_others_is_not_taken_for_the_scripts", altered).only(mysql),
    ]
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
