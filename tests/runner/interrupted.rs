//! Runs that stop somewhere, and the next one.

use migcheck::db::{Doubt, Resolution};
use migcheck::{Dialect, Direction, MigrateError};

use crate::cut::{lose, resolve, undecided, upgrade};
use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{execute, has_table, migrator, recorded, rows, value};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("what_leaves_no_trace_is_asked_about", blind).only(is_mysql),
        Case::new(
            "what_knows_no_transactions_is_asked_about",
            without_transactions,
        )
        .only(is_mysql),
        Case::new("locked_tables_are_one_thing", locked_tables).only(is_mysql),
        Case::new("what_a_session_had_is_gone", session_lost).only(is_mysql),
        Case::new("what_was_run_has_to_stay_as_it_was", rewritten),
        Case::new("an_unfinished_script_comes_first", unfinished),
        Case::new(
            "what_was_put_before_an_unfinished_script_comes_first",
            put_before,
        ),
        Case::new("a_role_that_a_script_takes_is_no_hindrance", role)
            .only(|server| server.dialect() == Dialect::Postgres),
    ]
}

fn is_mysql(server: &TestServer) -> bool {
    server.dialect() == Dialect::MySql
}

fn blind(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "blind",
        "CREATE TABLE log (n int);
CREATE PROCEDURE p() BEGIN INSERT INTO log VALUES (1); COMMIT; END;
CALL p();
INSERT INTO log VALUES (2);",
        "DROP PROCEDURE p;\nDROP TABLE log;",
    );
    for (arrives, resolution) in [(false, Resolution::NotApplied), (true, Resolution::Applied)] {
        let scratch = server.scratch();
        lose(&scratch, &directory, Direction::Up, "CALL p()", arrives);
        let error = undecided(&scratch, &directory, &Doubt::Unseen);
        assert_eq!((error.line(), error.statement()), (4, "CALL p()"));
        let said = error.to_string();
        assert!(said.contains("001_blind.up.sql:4:"), "{said}");
        assert!(said.contains("`resolve --as applied`"), "{said}");
        resolve(&scratch, &directory, resolution);
        assert_eq!(upgrade(&scratch, &directory).unwrap(), ["+001"]);
        assert_eq!(
            rows(&mut *connect(&scratch), "SELECT n FROM log ORDER BY n"),
            [["1"], ["2"]]
        );
    }
    // Without a crash nobody is asked anything.
    let scratch = server.scratch();
    assert_eq!(upgrade(&scratch, &directory).unwrap(), ["+001"]);
}

fn without_transactions(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "old",
        "CREATE TABLE old (n int) ENGINE = MyISAM;\nINSERT INTO old (n) VALUES (1);",
        "DROP TABLE old;",
    );
    let scratch = server.scratch();
    lose(&scratch, &directory, Direction::Up, "INSERT INTO old", true);
    undecided(&scratch, &directory, &Doubt::Unseen);
    resolve(&scratch, &directory, Resolution::Applied);
    upgrade(&scratch, &directory).unwrap();
    assert_eq!(rows(&mut *connect(&scratch), "SELECT n FROM old"), [["1"]]);
}

/// The journal cannot be written while they are locked.
fn locked_tables(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "dump",
        "CREATE TABLE t (n int);
LOCK TABLES t WRITE;
INSERT INTO t VALUES (1);
INSERT INTO t VALUES (2);
UNLOCK TABLES;
INSERT INTO t VALUES (3);",
        "DROP TABLE t;",
    );
    let scratch = server.scratch();
    upgrade(&scratch, &directory).unwrap();
    assert_eq!(
        value(&mut *connect(&scratch), "SELECT count(*) FROM t"),
        "3"
    );
    // They need not be given back.
    let open = Directory::new();
    open.add(
        "open",
        "CREATE TABLE t (n int);\nLOCK TABLES t WRITE;\nINSERT INTO t VALUES (1);",
        "DROP TABLE t;",
    );
    open.add("next", "CREATE TABLE u (n int);", "DROP TABLE u;");
    upgrade(&server.scratch(), &open).unwrap();
    let scratch = server.scratch();
    lose(
        &scratch,
        &directory,
        Direction::Up,
        "INSERT INTO t VALUES (2)",
        false,
    );
    let error = undecided(&scratch, &directory, &Doubt::Locked);
    assert_eq!(error.line(), 3);
    assert!(error.statement().starts_with("LOCK TABLES t WRITE"));
    assert!(error.statement().ends_with("UNLOCK TABLES"));
    assert!(
        error.to_string().contains("UNLOCK TABLES, line 6"),
        "{error}"
    );
    // The rest by hand.
    execute(&mut *connect(&scratch), "INSERT INTO t VALUES (2)");
    resolve(&scratch, &directory, Resolution::Applied);
    upgrade(&scratch, &directory).unwrap();
    let all = "SELECT CAST(n AS CHAR) FROM t ORDER BY n";
    assert_eq!(rows(&mut *connect(&scratch), all), [["1"], ["2"], ["3"]]);
    // Or all of it again.
    let scratch = server.scratch();
    let second = "INSERT INTO t VALUES (2)";
    lose(&scratch, &directory, Direction::Up, second, true);
    undecided(&scratch, &directory, &Doubt::Locked);
    execute(&mut *connect(&scratch), "DELETE FROM t");
    resolve(&scratch, &directory, Resolution::NotApplied);
    upgrade(&scratch, &directory).unwrap();
    assert_eq!(rows(&mut *connect(&scratch), all), [["1"], ["2"], ["3"]]);
    // One that fails is told from one that is lost.
    let scratch = server.scratch();
    directory.edit("001_dump.up.sql", "t VALUES (2)", "t VALUES (2, 2)");
    upgrade(&scratch, &directory).unwrap_err();
    directory.edit("001_dump.up.sql", "t VALUES (2, 2)", "t VALUES (2)");
    upgrade(&scratch, &directory).unwrap();
    assert_eq!(
        value(&mut *connect(&scratch), "SELECT count(*) FROM t"),
        "3"
    );
}

fn session_lost(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "variables",
        "CREATE TABLE t (n int);
SET @constant = 5;
SELECT 7 INTO @found;
INSERT INTO t VALUES (@constant);
INSERT INTO t VALUES (@found);",
        "DROP TABLE t;",
    );
    let scratch = server.scratch();
    lose(
        &scratch,
        &directory,
        Direction::Up,
        "INSERT INTO t VALUES (@found)",
        true,
    );
    let error = undecided(
        &scratch,
        &directory,
        &Doubt::SessionLost("`@found`".to_owned()),
    );
    assert_eq!(error.line(), 6);
    // By hand: all of it.
    execute(&mut *connect(&scratch), "INSERT INTO t VALUES (7)");
    resolve(&scratch, &directory, Resolution::ScriptApplied);
    let down = "SELECT count(*) FROM _migcheck_revisions WHERE down_script LIKE '%DROP TABLE%'";
    assert_eq!(rows(&mut *connect(&scratch), down), [["1"]]);
    assert_eq!(upgrade(&scratch, &directory).unwrap(), [""; 0]);
    assert_eq!(recorded(&mut *connect(&scratch)), ["001"]);
    // A constant is set again.
    let scratch = server.scratch();
    directory.edit("001_variables.up.sql", "VALUES (@found)", "VALUES (9)");
    lose(
        &scratch,
        &directory,
        Direction::Up,
        "INSERT INTO t VALUES (@constant)",
        false,
    );
    upgrade(&scratch, &directory).unwrap();
    assert_eq!(
        rows(&mut *connect(&scratch), "SELECT n FROM t ORDER BY n"),
        [["5"], ["9"]]
    );
}

/// A revision that fails in the middle, where nothing takes its beginning back.
fn failing() -> Directory {
    let directory = Directory::new();
    directory.add(
        "half",
        "-- migcheck: transaction = false
CREATE TABLE first (id INTEGER PRIMARY KEY);
INSERT INTO first VALUES (1);
INSERT INTO missing VALUES (1);
INSERT INTO first VALUES (2);",
        "DROP TABLE first;",
    );
    directory.add(
        "next",
        "CREATE TABLE second (id INTEGER);",
        "DROP TABLE second;",
    );
    directory
}

fn rewritten(server: &TestServer) {
    let directory = failing();
    let scratch = server.scratch();
    let error = upgrade(&scratch, &directory).unwrap_err();
    assert!(error.to_string().contains("001_half.up.sql:5:"), "{error}");
    directory.edit("001_half.up.sql", "first VALUES (1)", "first VALUES (7)");
    let error = undecided(&scratch, &directory, &Doubt::Rewritten);
    assert_eq!(error.line(), 4);
    directory.edit("001_half.up.sql", "first VALUES (7)", "first VALUES (1)");
    directory.edit("001_half.up.sql", "INSERT INTO missing VALUES (1);", "");
    assert_eq!(upgrade(&scratch, &directory).unwrap(), ["+001", "+002"]);
    // What was mended is what is applied.
    block_on(migrator(directory.graph()).verify(&mut *connect(&scratch))).unwrap();
    assert_eq!(
        value(
            &mut *connect(&scratch),
            "SELECT CAST(count(*) AS CHAR(1)) FROM first"
        ),
        "2"
    );
    let row = "SELECT CAST(statements_done AS CHAR(1)), CAST(statements_total AS CHAR(1)), fingerprint, done_checksum FROM _migcheck_revisions WHERE revision = '001'";
    assert_eq!(rows(&mut *connect(&scratch), row), [["3", "3", "", ""]]);
}

fn unfinished(server: &TestServer) {
    let directory = failing();
    let scratch = server.scratch();
    upgrade(&scratch, &directory).unwrap_err();
    let migrator = migrator(directory.graph());
    let mut session = connect(&scratch);
    let status = block_on(migrator.status(&mut *session)).unwrap();
    let unfinished = status.unfinished.unwrap();
    assert_eq!(unfinished.revision, "001");
    assert_eq!(
        (unfinished.statements_done, unfinished.statements_total),
        (2, 4)
    );
    assert!(!unfinished.in_doubt && status.current.is_empty());
    for error in [
        block_on(migrator.verify(&mut *session)).unwrap_err(),
        block_on(migrator.downgrade(&mut *session, "base")).unwrap_err(),
        block_on(migrator.stamp(&mut *session, "head", false)).unwrap_err(),
    ] {
        assert!(matches!(error, MigrateError::Unfinished(_)), "{error}");
        assert_eq!(
            error.to_string(),
            "the up script of `001` has run 2 of its 4 statements; `upgrade` goes on with it, or, \
             when you have finished or undone it by hand, say so with `resolve --script`"
        );
    }
    execute(&mut *session, "DROP TABLE first");
    let mut resolve = |revision, resolution| {
        block_on(migrator.resolve(&mut *session, Some(revision), resolution))
    };
    resolve("002", Resolution::ScriptNotApplied).unwrap_err();
    // No statement is in doubt: an answer about one is not taken for one about those that never ran.
    for resolution in [Resolution::Applied, Resolution::NotApplied] {
        assert!(matches!(
            resolve("001", resolution),
            Err(MigrateError::NothingInDoubt(_))
        ));
    }
    resolve("001", Resolution::ScriptNotApplied).unwrap();
    assert_eq!(
        value(
            &mut *session,
            "SELECT CAST(count(*) AS CHAR(1)) FROM _migcheck_revisions"
        ),
        "0"
    );
}

/// As somebody does who mends what stopped it by another revision.
fn put_before(server: &TestServer) {
    let directory = Directory::new();
    directory.add("one", "CREATE TABLE one (id INTEGER);", "DROP TABLE one;");
    let script = |parent| {
        let up = format!(
            "-- migcheck: revises = \"{parent}\"\n-- migcheck: transaction = false\n\
             CREATE TABLE three (id INTEGER);\nINSERT INTO later VALUES (3);"
        );
        directory.write("003_three.up.sql", &up);
    };
    script("001");
    directory.write("003_three.down.sql", "DROP TABLE three;");
    let scratch = server.scratch();
    upgrade(&scratch, &directory).unwrap_err();
    directory.write(
        "002_two.up.sql",
        "-- migcheck: revises = \"001\"\nCREATE TABLE later (id INTEGER);",
    );
    directory.write("002_two.down.sql", "DROP TABLE later;");
    script("002");
    let report = upgrade(&scratch, &directory).unwrap();
    assert_eq!(report, ["+002", "+003"]);
}

fn role(server: &TestServer) {
    let directory = Directory::new();
    let role = format!("plain_{}", std::process::id());
    directory.add(
        "role",
        &format!(
            "-- migcheck: transaction = false\nCREATE TABLE t (n integer);\nGRANT ALL ON t TO {role};\nSET ROLE {role};\nINSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);"
        ),
        "DROP TABLE t;",
    );
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    execute(&mut *session, &format!("CREATE ROLE {role}"));
    lose(
        &scratch,
        &directory,
        Direction::Up,
        "INSERT INTO t VALUES (2)",
        false,
    );
    upgrade(&scratch, &directory).unwrap();
    assert_eq!(value(&mut *session, "SELECT count(*) FROM t"), "2");
    assert!(has_table(&mut *session, "t"));
    execute(&mut *session, &format!("DROP TABLE t; DROP ROLE {role}"));
}
