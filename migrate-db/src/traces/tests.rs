use migcheck_core::Dialect;
use migcheck_core::split::split;

use super::{Traces, gives_back_lock};

fn traces(sql: &str, dialect: Dialect) -> Traces {
    Traces::of(&split(sql, dialect).unwrap_or_default(), dialect, true)
}

#[test]
fn a_script_that_sets_nothing_costs_nothing() {
    for dialect in Dialect::ALL {
        let sql =
            "CREATE TABLE template (a int); INSERT INTO template VALUES (1); DROP TABLE template";
        assert_eq!(traces(sql, dialect), Traces::default(), "{dialect}");
    }
}

#[test]
fn of_mysql_what_is_set_is_kept() {
    let found = traces(
        "SET GLOBAL a = 1, b = 2, SESSION c = 3, @d := (SELECT 1, 2), e = 4; SET @@GLOBAL.f = 1, @@g = 2; \
         SET SQL_MODE = '', last_insert_id = 1; SET hot.key_buffer_size = 1; SET PASSWORD = 'x'",
        Dialect::MySql,
    );
    assert_eq!(
        found.before.join("\n"),
        "SET @`migcheck_c` = @@SESSION.c\nSET @`migcheck_e` = @@SESSION.e\n\
         SET @`migcheck_g` = @@SESSION.g"
    );
    assert_eq!(
        found.after.join("\n"),
        "SET SESSION c = @`migcheck_c`\nSET SESSION e = @`migcheck_e`\nSET SESSION g = @`migcheck_g`\n\
         SET @`d` = NULL"
    );
}

#[test]
fn of_mysql_a_temporary_table_is_in_the_database_that_was_used() {
    let found = traces(
        "CREATE TEMPORARY TABLE a (b int); USE c; CREATE TEMPORARY TABLE IF NOT EXISTS d SELECT 1; \
         CREATE TEMPORARY TABLE e.`f``g` (h int)",
        Dialect::MySql,
    );
    let drop = "DROP TEMPORARY TABLE IF EXISTS `a`, `c`.`d`, `e`.`f``g`";
    assert_eq!(found.after, [drop]);
    assert_eq!(found.away.map(|away| away.statement), Some(1));
}

#[test]
fn of_sqlite_only_what_is_of_the_connection_is_put_back() {
    let found = traces(
        "CREATE TEMP TABLE a (b); CREATE VIEW IF NOT EXISTS temp.c AS SELECT 1; PRAGMA journal_mode = WAL; \
         PRAGMA query_only(1); ATTACH 'x' AS 'y'; ATTACH 'x' AS z; DETACH DATABASE z",
        Dialect::Sqlite,
    );
    assert_eq!(
        found.after.join("\n"),
        "PRAGMA query_only = OFF\nDROP VIEW IF EXISTS temp.\"c\"\nDROP TABLE IF EXISTS temp.\"a\"\n\
         DETACH \"y\""
    );
}

#[test]
fn what_gives_back_the_lock_is_found_by_its_words() {
    let found = |sql: &str, dialect| {
        let statements = split(sql, dialect).unwrap_or_default();
        gives_back_lock(&statements, dialect).is_some()
    };
    for (sql, dialect, expected) in [
        ("discard -- x\n all", Dialect::Postgres, true),
        ("DISCARD TEMP", Dialect::Postgres, false),
        ("SELECT pg_advisory_unlock(1)", Dialect::Postgres, false),
        (
            "SELECT 'pg_advisory_unlock_all()'",
            Dialect::Postgres,
            false,
        ),
        ("DO release_all_locks()", Dialect::MySql, true),
        (
            "CREATE PROCEDURE p() SELECT release_all_locks()",
            Dialect::MySql,
            false,
        ),
    ] {
        assert_eq!(found(sql, dialect), expected, "{sql}");
    }
}
