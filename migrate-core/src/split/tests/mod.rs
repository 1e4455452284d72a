#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod errors;
mod mysql;
mod postgres;
mod sqlite;

use super::{is_blank, line_of, split};
use crate::Dialect;

/// Checks that each script of `table` splits into the statements beside it.
fn check(dialect: Dialect, table: &[(&str, &[&str])]) {
    for (sql, expected) in table {
        let statements =
            split(sql, dialect).unwrap_or_else(|error| panic!("{dialect}: {sql}\n{error:?}"));
        let texts: Vec<&str> = statements.iter().map(|statement| statement.text).collect();
        assert_eq!(texts, *expected, "{dialect}: {sql}");
        for statement in statements {
            assert_eq!(&sql[statement.span], statement.text, "{dialect}: {sql}");
        }
        assert_eq!(
            is_blank(sql, dialect),
            expected.is_empty(),
            "{dialect}: {sql}"
        );
    }
}

/// Checks that each script of `table` is one statement.
fn check_whole(dialect: Dialect, table: &[&str]) {
    for sql in table {
        check(
            dialect,
            &[
                (sql, &[sql]),
                (&format!("{sql} ;\nSELECT 1;"), &[sql, "SELECT 1"]),
            ],
        );
    }
}

fn check_transaction_control(dialect: Dialect, table: &[(&str, bool)]) {
    for (sql, expected) in table {
        for sql in [
            (*sql).to_owned(),
            sql.to_lowercase(),
            format!("-- note\n{sql} ;"),
        ] {
            let statements = split(&sql, dialect).unwrap();
            assert_eq!(statements.len(), 1, "{dialect}: {sql}");
            assert_eq!(
                statements[0].transaction_control, *expected,
                "{dialect}: {sql}"
            );
        }
    }
}

#[test]
fn every_dialect() {
    for dialect in Dialect::ALL {
        check(
            dialect,
            &[
                ("", &[]),
                (" \t\r\n", &[]),
                (";", &[]),
                (";;\n ; -- none\n;", &[]),
                ("-- only a comment", &[]),
                ("-- only a comment;\n/* and; another */\n", &[]),
                ("\u{feff}-- behind a byte order mark", &[]),
                ("\u{feff}SELECT 1;", &["SELECT 1"]),
                ("SELECT 1", &["SELECT 1"]),
                ("SELECT 1;", &["SELECT 1"]),
                ("SELECT 1;SELECT 2", &["SELECT 1", "SELECT 2"]),
                ("SELECT 1 ;;\n;\nSELECT 2;\n", &["SELECT 1", "SELECT 2"]),
                (
                    "SELECT 1;\r\n\r\nSELECT\r\n  2;\r\n",
                    &["SELECT 1", "SELECT\r\n  2"],
                ),
                ("-- first; of all\nSELECT 1; -- done;\n", &["SELECT 1"]),
                ("-- first\r\nSELECT 1; -- done\r\n", &["SELECT 1"]),
                ("/* ; */ SELECT 1 /* ; */ ; /* ; */", &["SELECT 1"]),
                (
                    "SELECT 1 -- ; inside\n + 2;",
                    &["SELECT 1 -- ; inside\n + 2"],
                ),
                ("SELECT 1 /* ; */ + 2;", &["SELECT 1 /* ; */ + 2"]),
                ("SELECT ';', 'it''s; it';", &["SELECT ';', 'it''s; it'"]),
                (
                    "SELECT '--', '/*'; SELECT 2;",
                    &["SELECT '--', '/*'", "SELECT 2"],
                ),
                (
                    "SELECT 1 AS \"a;b\"; SELECT 2",
                    &["SELECT 1 AS \"a;b\"", "SELECT 2"],
                ),
                (
                    "SELECT 'žluť;oučký'; SELECT 🐘 ; SELECT '🐬'",
                    &["SELECT 'žluť;oučký'", "SELECT 🐘", "SELECT '🐬'"],
                ),
                (
                    "SELECT 1 - -1 / 2 * 3; SELECT 2",
                    &["SELECT 1 - -1 / 2 * 3", "SELECT 2"],
                ),
                ("SELECT (1; SELECT 2", &["SELECT (1", "SELECT 2"]),
                // Transactions are no blocks.
                ("BEGIN; SELECT 1; COMMIT;", &["BEGIN", "SELECT 1", "COMMIT"]),
                (
                    "begin\n;\nselect 1;\ncommit\n",
                    &["begin", "select 1", "commit"],
                ),
                // Not even the first words of something with a body are.
                (
                    "CREATE; CREATE TABLE a (b INT); CREATE",
                    &["CREATE", "CREATE TABLE a (b INT)", "CREATE"],
                ),
            ],
        );
    }
}

#[test]
fn transaction_control_of_every_dialect() {
    for dialect in Dialect::ALL {
        check_transaction_control(
            dialect,
            &[
                ("BEGIN", true),
                ("COMMIT", true),
                ("ROLLBACK", true),
                ("ROLLBACK TO a", false),
                ("ROLLBACK TO SAVEPOINT a", false),
                ("SAVEPOINT a", false),
                ("RELEASE SAVEPOINT a", false),
                ("SELECT 'BEGIN'", false),
                ("'BEGIN'", false),
                ("PREPARE a", false),
                ("START", false),
            ],
        );
    }
}

#[test]
fn lines_are_counted_from_one() {
    let sql = "a\nbé\r\nc";
    let table = [
        (0, 1),
        (1, 1),
        (2, 2),
        (4, 2),
        (6, 2),
        (7, 3),
        (8, 3),
        (99, 3),
    ];
    for (offset, line) in table {
        assert_eq!(line_of(sql, offset), line, "{offset}");
    }
    assert_eq!(line_of("", 0), 1);
}

#[test]
fn a_script_with_an_error_is_not_blank() {
    assert!(!is_blank("'", Dialect::Postgres));
    assert!(!is_blank("/*", Dialect::Postgres));
}
