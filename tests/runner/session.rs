//! What one script leaves of a session for the next: nothing.

use migcheck::{Dialect, MigrateError};

use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{execute, has_table, migrator, recorded, rows, upgrade, value};

pub(crate) fn cases() -> Vec<Case> {
    let on = |dialect: Dialect| move |server: &TestServer| server.dialect() == dialect;
    vec![
        Case::new("use_ends_with_its_script", home).only(on(Dialect::MySql)),
        Case::new("variables_end_with_their_script", variables).only(on(Dialect::MySql)),
        Case::new("a_temporary_table_ends_with_its_script", temporary),
        Case::new("what_is_prepared_ends_with_its_script", prepared)
            .only(|server| server.dialect() != Dialect::Sqlite),
        Case::new("a_sequences_value_ends_with_its_script", sequences).only(on(Dialect::Postgres)),
        Case::new("an_attached_database_ends_with_its_script", attached).only(on(Dialect::Sqlite)),
        Case::new("a_role_ends_with_its_script", role).only(on(Dialect::MySql)),
        Case::new("a_script_may_not_give_back_the_lock", lock)
            .only(|server| server.dialect() != Dialect::Sqlite),
        Case::new("a_search_path_that_a_function_set_is_set_again", set_config)
            .only(on(Dialect::Postgres)),
        Case::new("a_deferred_trigger_finds_the_scripts_session", deferred)
            .only(on(Dialect::Postgres)),
        Case::new("another_encoding_does_not_reach_the_history", encoding)
            .only(on(Dialect::Postgres)),
    ]
}

fn name(session: &mut dyn migcheck::db::Session) -> String {
    value(session, "SELECT DATABASE()")
}

/// Up, down, and where a script fails.
fn home(server: &TestServer) {
    let (scratch, other) = (server.scratch(), server.scratch());
    let (mut session, mut away) = (connect(&scratch), connect(&other));
    let (home, elsewhere) = (name(&mut *session), name(&mut *away));
    execute(&mut *away, "CREATE TABLE t (id int)");
    let directory = Directory::new();
    directory.add(
        "use",
        &format!("CREATE TABLE t (id int);\nUSE `{elsewhere}`;\nCREATE TABLE u (id int);"),
        &format!("USE `{elsewhere}`;\nDROP TABLE u;"),
    );
    directory.add("drop", "DROP TABLE t;", "CREATE TABLE t (id int);");
    upgrade(directory.graph(), &mut *session).unwrap();
    assert!(has_table(&mut *away, "t") && has_table(&mut *away, "u"));
    assert!(!has_table(&mut *connect(&scratch), "t"));
    assert_eq!(name(&mut *session), home);
    let migrator = migrator(directory.graph());
    block_on(migrator.downgrade(&mut *session, "base")).unwrap();
    assert_eq!(name(&mut *session), home);
    assert!(has_table(&mut *session, "t") && !has_table(&mut *away, "u"));

    execute(&mut *session, "DROP TABLE t");
    directory.edit("001_use.up.sql", "CREATE TABLE u", "CREATE TABL u");
    let error = upgrade(directory.graph(), &mut *session).unwrap_err();
    assert!(error.to_string().contains("001_use.up.sql:4:"), "{error}");
    assert_eq!(name(&mut *session), home);
}

const SHOWN: &str = "SELECT CONCAT_WS(' ', @@time_zone, @@character_set_client, @@character_set_results, \
     @@character_set_connection, @@collation_connection, @@default_storage_engine, @@lock_wait_timeout, \
     @@div_precision_increment, COALESCE(@mine, 'none'), COALESCE(@found, 'none'))";

fn variables(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let fresh = value(&mut *session, SHOWN);
    let is_mariadb = value(&mut *session, "SELECT VERSION()").contains("MariaDB");
    let isolation = match is_mariadb {
        true => "SELECT CONCAT(@@tx_isolation, @@tx_read_only)",
        false => "SELECT CONCAT(@@transaction_isolation, @@transaction_read_only)",
    };
    let isolated = value(&mut *session, isolation);
    let directory = Directory::new();
    directory.add(
        "set",
        "SET time_zone = '+05:00', SESSION default_storage_engine = MyISAM, @mine = 'left';\n\
         /*!40101 SET NAMES latin1 COLLATE latin1_bin */;\nSET @@div_precision_increment = 9;\n\
         /*!99999 SET no_server_has_this = 1 */;\nSET @@session.lock_wait_timeout := (SELECT 17);\n\
         SET timestamp = 1000;\nSELECT 'x@y', 5 INTO @other, @found;\n\
         SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY;",
        "SELECT 1;",
    );
    directory.add(
        "show",
        &format!("CREATE TABLE shown (s text, at datetime);\nINSERT INTO shown {SHOWN}, NOW();"),
        "DROP TABLE shown;",
    );
    upgrade(directory.graph(), &mut *session).unwrap();
    let mut other = connect(&scratch);
    assert_eq!(value(&mut *other, "SELECT s FROM shown"), fresh);
    assert_eq!(value(&mut *session, isolation), isolated);
    let year = value(
        &mut *other,
        "SELECT CAST(YEAR(at) > 2000 AS CHAR) FROM shown",
    );
    assert_eq!(year, "1");
    assert_eq!(value(&mut *session, SHOWN), fresh);
}

/// The next script means the real one.
fn temporary(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "real",
        "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);",
        "DROP TABLE t;",
    );
    directory.add(
        "temporary",
        "CREATE TEMPORARY TABLE t (a int);\nINSERT INTO t VALUES (7);\nCREATE TEMPORARY TABLE u (a int);",
        "SELECT 1;",
    );
    directory.add("update", "UPDATE t SET a = a + 1;", "SELECT 1;");
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    upgrade(directory.graph(), &mut *session).unwrap();
    assert_eq!(
        rows(&mut *connect(&scratch), "SELECT CAST(a AS CHAR(1)) FROM t"),
        [["2"]]
    );
    assert!(!has_table(&mut *session, "u"));

    // Nor does one that fails leave any, in a transaction or not.
    directory.add(
        "fail",
        "CREATE TEMPORARY TABLE u (a int);\nDROP TABLE missing;",
        "SELECT 1;",
    );
    upgrade(directory.graph(), &mut *session).unwrap_err();
    assert!(!has_table(&mut *session, "u"));
    directory.edit(
        "004_fail.up.sql",
        "CREATE TEMPORARY",
        "-- migcheck: transaction = false\nCREATE TEMPORARY",
    );
    upgrade(directory.graph(), &mut *session).unwrap_err();
    assert!(!has_table(&mut *session, "u"));
}

fn prepared(server: &TestServer) {
    let (prepare, gone) = match server.dialect() {
        Dialect::MySql => (
            "PREPARE one FROM 'SELECT 1';\nPREPARE `t``wo` FROM 'SELECT 2';\nDEALLOCATE PREPARE one;",
            ["EXECUTE one", "EXECUTE `t``wo`"],
        ),
        _ => (
            "PREPARE one AS SELECT 1;\nPREPARE \"T\"\"wo\" AS SELECT 2;\nDEALLOCATE one;\nLISTEN a;",
            ["EXECUTE one", "EXECUTE \"T\"\"wo\""],
        ),
    };
    let directory = Directory::new();
    directory.add("prepare", prepare, "SELECT 1;");
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    upgrade(directory.graph(), &mut *session).unwrap();
    for execute in gone {
        let error = block_on(session.rows(execute, &[])).unwrap_err();
        let said = error.to_string();
        assert!(
            said.contains("does not exist") || said.contains("Unknown prepared"),
            "{said}"
        );
    }
    if server.dialect() == Dialect::Postgres {
        let channels = rows(&mut *session, "SELECT * FROM pg_listening_channels()");
        assert_eq!(channels, [[""; 0]; 0]);
    }
}

/// In one run as in two.
fn sequences(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "sequence",
        "CREATE TABLE t (id serial);\nINSERT INTO t DEFAULT VALUES;",
        "DROP TABLE t;",
    );
    directory.add("current", "SELECT currval('t_id_seq');", "SELECT 1;");
    let scratch = server.scratch();
    let error = upgrade(directory.graph(), &mut *connect(&scratch)).unwrap_err();
    assert!(error.to_string().contains("not yet defined"), "{error}");
}

fn attached(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "attach",
        "-- migcheck: transaction = false\nATTACH ':memory:' AS \"other one\";\nATTACH ':memory:' AS gone;\n\
         CREATE TABLE \"other one\".t (a);\nDETACH gone;\nPRAGMA case_sensitive_like = ON;\n\
         PRAGMA writable_schema = 1;\nPRAGMA user_version = 7;",
        "SELECT 1;",
    );
    directory.add(
        "in_a_transaction",
        "ATTACH DATABASE ':memory:' AS gone;\nCREATE TABLE gone.t (a);\nPRAGMA reverse_unordered_selects = ON;",
        "SELECT 1;",
    );
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    upgrade(directory.graph(), &mut *session).unwrap();
    let databases = "SELECT name FROM pragma_database_list WHERE name <> 'temp'";
    assert_eq!(rows(&mut *session, databases), [["main"]]);
    let shown = "SELECT 'A' LIKE 'a' || (SELECT * FROM pragma_writable_schema) || \
                 (SELECT * FROM pragma_reverse_unordered_selects)";
    let shown = shown.replace("'A' LIKE 'a' ||", "('A' LIKE 'a') ||");
    assert_eq!(value(&mut *session, &shown), "100");
    // That is of the database.
    assert_eq!(value(&mut *session, "PRAGMA user_version"), "7");
}

fn role(server: &TestServer) {
    let directory = Directory::new();
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let role = format!("r{}", std::process::id());
    let asked = "SELECT COALESCE(CURRENT_ROLE(), 'NONE')";
    let fresh = value(&mut *session, asked);
    directory.add(
        "role",
        &format!("CREATE ROLE {role};\nGRANT ALL ON *.* TO {role};\nGRANT {role} TO CURRENT_USER();\nSET ROLE {role};"),
        &format!("DROP ROLE {role};"),
    );
    let migrator = migrator(directory.graph());
    let ran = block_on(migrator.upgrade(&mut *session, "head"));
    let found = value(&mut *session, asked);
    execute(&mut *connect(&scratch), &format!("DROP ROLE {role}"));
    ran.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(found, fresh);
}

/// Another run would come in.
fn lock(server: &TestServer) {
    let gives_back: &[&str] = match server.dialect() {
        Dialect::MySql => &["SELECT release_all_locks()", "DO RELEASE_ALL_LOCKS ()"],
        _ => &[
            "DISCARD /* it */ ALL",
            "SELECT pg_catalog.pg_advisory_unlock_all()",
            "SELECT \"pg_advisory_unlock_all\"()",
        ],
    };
    for statement in gives_back {
        let directory = Directory::new();
        let up = format!("CREATE TABLE t (a int);\n-- migcheck does it.\n{statement};");
        directory.add("lock", &up, "DROP TABLE t;");
        let scratch = server.scratch();
        let mut session = connect(&scratch);
        let error = upgrade(directory.graph(), &mut *session).unwrap_err();
        assert!(matches!(error, MigrateError::Script(_)), "{error}");
        let said = error.to_string();
        assert!(said.contains("001_lock.up.sql:4:1"), "{said}");
        assert!(
            said.contains("gives back the lock") && said.contains("help: leave it out"),
            "{said}"
        );
        assert!(!has_table(&mut *session, "t"));
        assert_eq!(recorded(&mut *session), [""; 0]);
    }
    // What only speaks of it does nothing.
    let directory = Directory::new();
    directory.add(
        "spoken_of",
        "CREATE TABLE t (a varchar(99) /* release_all_locks() pg_advisory_unlock_all() */);\n\
         INSERT INTO t VALUES ('DISCARD ALL; SELECT pg_advisory_unlock_all(), release_all_locks()');",
        "DROP TABLE t;",
    );
    let scratch = server.scratch();
    upgrade(directory.graph(), &mut *connect(&scratch)).unwrap();
}

/// As pg_dump writes it, in a script that goes on after it was interrupted.
fn set_config(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "dump",
        "-- migcheck: transaction = false\nCREATE SCHEMA app;\nSELECT pg_catalog.set_config('search_path', 'app', false);\n\
         CREATE TABLE a (id int);\nCREATE TABLE b (id int, CHECK (missing > 1));\nCREATE TABLE c (id int);",
        "DROP SCHEMA app CASCADE;",
    );
    let scratch = server.scratch();
    upgrade(directory.graph(), &mut *connect(&scratch)).unwrap_err();
    directory.edit("001_dump.up.sql", "missing", "id");
    upgrade(directory.graph(), &mut *connect(&scratch)).unwrap();
    let tables = rows(
        &mut *connect(&scratch),
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'app' ORDER BY 1",
    );
    assert_eq!(tables, [["a"], ["b"], ["c"]]);
}

/// What waits for COMMIT runs by the script's search path and role, in a transaction of a run's and in
/// each of a script that has none of its own.
fn deferred(server: &TestServer) {
    for first in ["", "-- migcheck: transaction = false\n"] {
        let directory = Directory::new();
        let up = format!(
            "{first}CREATE TABLE log (x int);\nCREATE SCHEMA app;\nSET search_path = app;\n\
             CREATE TABLE t (x int);\nCREATE TABLE log (x int);\n\
             CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN INSERT INTO log VALUES (NEW.x); RETURN NULL; END $$;\n\
             CREATE CONSTRAINT TRIGGER n AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED \
             FOR EACH ROW EXECUTE FUNCTION note();\nINSERT INTO t VALUES (7);"
        );
        directory.add("deferred", &up, "DROP SCHEMA app CASCADE;");
        let scratch = server.scratch();
        let mut session = connect(&scratch);
        upgrade(directory.graph(), &mut *session).unwrap();
        let found =
            "SELECT (SELECT count(*) FROM app.log) || ' ' || (SELECT count(*) FROM public.log)";
        assert_eq!(value(&mut *session, found), "1 0", "{first}");
        let path = value(&mut *session, "SHOW search_path");
        assert!(!path.contains("app"), "{path}");
    }
}

/// The down script is kept as it is.
fn encoding(server: &TestServer) {
    for first in ["", "-- migcheck: transaction = false\n"] {
        let directory = Directory::new();
        let up = format!("{first}SET client_encoding = 'LATIN1';\nCREATE TABLE t (x text);");
        directory.add("latin", &up, "DELETE FROM t WHERE x = 'ä€';\nDROP TABLE t;");
        let scratch = server.scratch();
        let mut session = connect(&scratch);
        upgrade(directory.graph(), &mut *session).unwrap();
        let kept = value(&mut *session, "SELECT down_script FROM _migcheck_revisions");
        assert!(kept.contains("'ä€'"), "{kept}");
    }
}
