//! Statements of which nobody knows whether they were done: no rows are lost, and none come twice.

use std::thread::sleep;
use std::time::Duration;

use migcheck::db::{Doubt, Resolution};
use migcheck::{Dialect, Direction, MigrateError};

use crate::cut::{around, lose, resolve, undecided, upgrade};
use crate::support::{Case, TestServer, connect};
use crate::{execute, rows, value};

pub(crate) fn cases() -> Vec<Case> {
    let mysql = |server: &TestServer| server.dialect() == Dialect::MySql;
    let mariadb = |server: &TestServer| server.product() == "mariadb";
    vec![
        Case::new("a_table_is_not_emptied_twice", emptied).only(mysql),
        Case::new("an_event_that_has_gone_is_not_made_again", passing_event).only(mysql),
        Case::new("a_sequence_is_not_restarted_twice", restarted).only(mariadb),
        Case::new("a_script_that_was_shortened_is_asked_about", shortened),
        Case::new("a_table_is_not_replaced_twice", replaced).only(mariadb),
    ]
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
