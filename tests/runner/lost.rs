//! What a script left in a session that is gone: the rest of it runs with the same, or not at all.

use migcheck::db::Doubt;
use migcheck::{Dialect, Direction, MigrateError};

use crate::cut::{lose, upgrade};
use crate::rows;
use crate::support::{Case, Directory, TestServer, connect};

pub(crate) fn cases() -> Vec<Case> {
    let mysql = |server: &TestServer| server.dialect() == Dialect::MySql;
    let postgres = |server: &TestServer| server.dialect() == Dialect::Postgres;
    vec![
        Case::new(
            "a_variable_that_cannot_be_set_again_is_asked_about",
            variables,
        )
        .only(mysql),
        Case::new("a_variable_that_is_set_again_is_the_same", set_again).only(mysql),
        Case::new("the_last_id_is_of_the_session_that_is_asked", last_id).only(mysql),
        Case::new("a_temporary_table_is_not_mixed_up", mysql_temporary).only(mysql),
        Case::new("a_temporary_relation_is_not_mixed_up", temporary).only(postgres),
        Case::new(
            "a_setting_that_cannot_be_set_again_is_asked_about",
            settings,
        )
        .only(postgres),
        Case::new(
            "a_temporary_table_of_a_file_is_not_mixed_up",
            sqlite_temporary,
        )
        .only(|server| server.dialect() == Dialect::Sqlite),
    ]
}

/// What is there before, what leaves something in the session, a statement with which that is done and
/// one that is lost, both of which need nothing of it, and what follows.
fn script(before: &str, leaves: &str, rest: &str) -> Directory {
    let directory = Directory::new();
    let up = format!("{before};\n{leaves};\n{DONE};\n{LOST_AT};\n{rest};");
    let up = format!("-- migcheck: transaction = false\nCREATE TABLE marks (n int);\n{up}");
    directory.add("one", &up, "SELECT 1;");
    directory
}

const DONE: &str = "INSERT INTO marks VALUES (0)";
const LOST_AT: &str = "INSERT INTO marks VALUES (1)";

/// What it says has gone with the session.
#[track_caller]
fn asked(server: &TestServer, directory: &Directory) -> String {
    let scratch = server.scratch();
    lose(&scratch, directory, Direction::Up, LOST_AT, false);
    match upgrade(&scratch, directory) {
        Err(MigrateError::Undecided(undecided)) => match undecided.why {
            Doubt::SessionLost(what) => what,
            why => panic!("{why:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// The rows that it has made when it has gone on.
#[track_caller]
fn gone_on(server: &TestServer, directory: &Directory) -> Vec<String> {
    let scratch = server.scratch();
    lose(&scratch, directory, Direction::Up, LOST_AT, false);
    upgrade(&scratch, directory).unwrap_or_else(|error| panic!("{error}"));
    let all = "SELECT CAST(v AS CHAR(20)) FROM t ORDER BY v";
    let found = rows(&mut *connect(&scratch), all).concat();
    found.iter().map(|v| v.trim_end().to_owned()).collect()
}

const MEMBERS: &str = "CREATE TABLE org (id int AUTO_INCREMENT PRIMARY KEY, name varchar(20));
CREATE TABLE t (v varchar(20));
INSERT INTO org (name) VALUES ('one')";

fn variables(server: &TestServer) {
    for (leaves, what) in [
        ("SET @id = LAST_INSERT_ID();\nSET @org = @id", "`@org`"),
        ("SET @org = @@identity", "`@org`"),
        ("SET @org = @@session.last_insert_id", "`@org`"),
        ("SET @org = CURRENT_TIMESTAMP", "`@org`"),
        ("SET @n = 1, @org = (SELECT max(id) FROM org)", "`@org`"),
        ("SET @org = @@global.max_connections", "`@org`"),
        ("SELECT id INTO @org FROM org", "`@org`"),
        ("SET @org = 1;\nSELECT @org := id FROM org", "`@org`"),
        (
            "SET @org = 1;\nCREATE PROCEDURE p() SET @org = 2;\nCALL p()",
            "`@org`",
        ),
    ] {
        let directory = script(MEMBERS, leaves, "INSERT INTO t VALUES (@org)");
        assert_eq!(asked(server, &directory), what, "{leaves}");
    }
    let leaves = "SET @s = (SELECT 'INSERT INTO t VALUES (7)');\nPREPARE s FROM @s";
    let directory = script(MEMBERS, leaves, "EXECUTE s");
    assert_eq!(asked(server, &directory), "`s`");
    let leaves = "SET SESSION sql_mode = (SELECT 'ANSI_QUOTES')";
    let directory = script(MEMBERS, leaves, "INSERT INTO t VALUES (1)");
    assert_eq!(asked(server, &directory), "the setting `sql_mode`");
}

fn set_again(server: &TestServer) {
    for (leaves, rest, found) in [
        ("SET @org = 5", "INSERT INTO t VALUES (@org)", "5"),
        (
            "SET @a = 5;\nSET @org = CONCAT(@a, 'x')",
            "INSERT INTO t VALUES (@org)",
            "5x",
        ),
        (
            "SET @org = 5;\nINSERT INTO org (name) VALUES (@org)",
            "INSERT INTO t VALUES (@org)",
            "5",
        ),
        (
            "SET @org = LAST_INSERT_ID()",
            "SET @org = 4;\nINSERT INTO t VALUES (@org)",
            "4",
        ),
        (
            "SET @org = LAST_INSERT_ID()",
            "SELECT 3 INTO @org;\nINSERT INTO t VALUES (@org)",
            "3",
        ),
        (
            "SET @old = @@sql_mode, sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')",
            "INSERT INTO t VALUES (REGEXP_REPLACE(@@sql_mode, '^.*ANSI_QUOTES.*$', 'ansi'));\nSET sql_mode = @old",
            "ansi",
        ),
        // What was prepared out of a variable that is lost is not needed any more.
        (
            "SET @s = (SELECT 'DO 0');\nPREPARE s FROM @s;\nEXECUTE s;\nDEALLOCATE PREPARE s",
            "SET @s = 'INSERT INTO t VALUES (2)';\nPREPARE s FROM @s;\nEXECUTE s;\nDEALLOCATE PREPARE s",
            "2",
        ),
        // Nor what was prepared for a table that has gone since.
        (
            "CREATE TABLE gone (n int);\nPREPARE s FROM 'INSERT INTO gone VALUES (1)';\nEXECUTE s;\nDROP TABLE gone",
            "INSERT INTO t VALUES (1)",
            "1",
        ),
    ] {
        let directory = script(MEMBERS, leaves, rest);
        assert_eq!(gone_on(server, &directory), [found], "{leaves}");
    }
}

fn last_id(server: &TestServer) {
    let directory = |rest: &str| script(MEMBERS, "DO 0", rest);
    for rest in [
        "INSERT INTO t VALUES (LAST_INSERT_ID())",
        "INSERT INTO t VALUES (@@identity)",
        // Its table gives no ids.
        "INSERT INTO t VALUES (7);\nINSERT INTO t VALUES (LAST_INSERT_ID())",
    ] {
        let what = asked(server, &directory(rest));
        assert!(what.starts_with("what "), "{rest}: {what}");
    }
    let rest = "INSERT INTO org (name) VALUES ('two');\nINSERT INTO t VALUES (LAST_INSERT_ID())";
    assert_eq!(gone_on(server, &directory(rest)), ["2"]);
}

const IDS: &str = "CREATE TABLE ids (id int);
INSERT INTO ids VALUES (1), (2), (3);
CREATE TABLE t (v int);
INSERT INTO t VALUES (1), (2), (3), (4)";

fn mysql_temporary(server: &TestServer) {
    let rest = "DELETE t FROM t JOIN ids ON t.v = ids.id";
    let mut statements = vec![
        "CREATE TEMPORARY TABLE ids AS SELECT 4 AS id",
        "CREATE TEMPORARY TABLE IF NOT EXISTS ids AS SELECT 4 AS id",
    ];
    if server.product() == "mariadb" {
        statements.push("CREATE OR REPLACE TEMPORARY TABLE ids AS SELECT 4 AS id");
    }
    for statement in statements {
        let directory = script(IDS, statement, rest);
        assert_eq!(asked(server, &directory), "`ids`", "{statement}");
    }
    // With the database's name, which the script takes from the server.
    let qualified = "PREPARE s FROM 'CREATE TEMPORARY TABLE ids AS SELECT 4 AS id';\nEXECUTE s";
    let directory = script(IDS, qualified, rest);
    assert_eq!(asked(server, &directory), "`ids`");
    let hidden = "CREATE TEMPORARY TABLE ids AS SELECT 4 AS id";
    let rest = "PREPARE s FROM 'DELETE t FROM t JOIN ids ON t.v = ids.id';\nEXECUTE s";
    assert_eq!(asked(server, &script(IDS, hidden, rest)), "`ids`");
    // One that was dropped by the script itself is missed by nobody.
    let dropped = format!("{hidden};\nDROP TEMPORARY TABLE ids");
    let rest = "DELETE t FROM t JOIN ids ON t.v = ids.id";
    assert_eq!(gone_on(server, &script(IDS, &dropped, rest)), ["4"]);
}

fn temporary(server: &TestServer) {
    let rest = "DELETE FROM t USING ids WHERE t.v = ids.id";
    for statement in [
        "CREATE TEMP TABLE ids AS SELECT 4 AS id",
        "CREATE LOCAL TEMPORARY TABLE IF NOT EXISTS ids AS SELECT 4 AS id",
        "CREATE OR REPLACE TEMP VIEW ids AS SELECT 4 AS id",
        "SELECT 4 AS id INTO TEMP ids",
        "SELECT 4 AS id INTO LOCAL TEMPORARY TABLE ids",
        "CREATE TABLE pg_temp.ids AS SELECT 4 AS id",
        "DO $$ BEGIN CREATE TEMP TABLE ids AS SELECT 4 AS id; END $$",
        "DO $$ BEGIN CREATE TABLE pg_temp.ids AS SELECT 4 AS id; END $$",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'CREATE TEMP TABLE ids AS SELECT 4 AS id';\nSELECT f()",
    ] {
        let directory = script(IDS, statement, rest);
        assert_eq!(asked(server, &directory), "`ids`", "{statement}");
    }
    for statement in [
        "DO $$ BEGIN EXECUTE format('CREATE TEMP TABLE %I AS SELECT 4 AS id', 'id' || 's'); END $$",
        "SET search_path = pg_temp, public;\nCREATE TABLE ids AS SELECT 4 AS id",
    ] {
        let what = asked(server, &script(IDS, statement, rest));
        assert!(what.starts_with("what line "), "{statement}: {what}");
    }
    let statement = "CREATE TEMP TABLE ids AS SELECT 4 AS id";
    let hidden = "DO $$ BEGIN DELETE FROM t USING ids WHERE t.v = ids.id; END $$";
    assert_eq!(asked(server, &script(IDS, statement, hidden)), "`ids`");
    // As the manual advises for functions.
    let safe = "SET search_path = public, pg_temp";
    assert_eq!(gone_on(server, &script(IDS, safe, rest)), ["4"]);
}

fn settings(server: &TestServer) {
    let before = "CREATE TABLE t (v text)";
    let rest = "INSERT INTO t VALUES (current_setting('app.last'))";
    for (statement, what) in [
        (
            "SELECT set_config('app.last', (SELECT count(*)::text FROM t), false)",
            "the setting `app.last`",
        ),
        (
            "SELECT pg_catalog.set_config('app.last', now()::text, false)",
            "the setting `app.last`",
        ),
        (
            "DO $$ BEGIN PERFORM set_config('app.last', '1', false); END $$",
            "the setting `app.last`",
        ),
        (
            "DO $$ BEGIN SET app.last = '1'; END $$",
            "the setting `app.last`",
        ),
    ] {
        let directory = script(before, statement, rest);
        assert_eq!(asked(server, &directory), what, "{statement}");
    }
    for statement in [
        "SELECT pg_catalog.set_config('app.last', '7', false)",
        "SET app.last = '7'",
        "SET app.last = '7';\nSELECT set_config('app.other', v, true) FROM t",
        "SELECT set_config('app.last', now()::text, false);\nSET app.last = '7'",
    ] {
        let directory = script(before, statement, rest);
        assert_eq!(gone_on(server, &directory), ["7"], "{statement}");
    }
}

fn sqlite_temporary(server: &TestServer) {
    let rest = "DELETE FROM t WHERE v IN (SELECT id FROM ids)";
    for statement in [
        "CREATE TEMP TABLE ids AS SELECT 4 AS id",
        "CREATE TABLE temp.ids AS SELECT 4 AS id",
    ] {
        let directory = script(IDS, statement, rest);
        assert_eq!(asked(server, &directory), "`ids`", "{statement}");
    }
    let readings = "CREATE TABLE readings (id int, temp real)";
    assert_eq!(gone_on(server, &script(IDS, readings, rest)), ["4"]);
}
