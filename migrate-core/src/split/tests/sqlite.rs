//! SQLite's quotes, comments and triggers.

use super::{check, check_transaction_control, check_whole};
use crate::Dialect::Sqlite;

#[test]
fn quotes() {
    check(
        Sqlite,
        &[
            (r"SELECT 'a\'; SELECT 2", &[r"SELECT 'a\'", "SELECT 2"]),
            ("SELECT [a;'b]; SELECT 2", &["SELECT [a;'b]", "SELECT 2"]),
            ("SELECT [a]]; SELECT 2", &["SELECT [a]]", "SELECT 2"]),
            ("SELECT `a``;b`; SELECT 2", &["SELECT `a``;b`", "SELECT 2"]),
            (
                "SELECT \"a\"\";b\"; SELECT 2",
                &["SELECT \"a\"\";b\"", "SELECT 2"],
            ),
            (
                "SELECT $$; SELECT $a, @b, :c, ?1",
                &["SELECT $$", "SELECT $a, @b, :c, ?1"],
            ),
        ],
    );
}

#[test]
fn comments() {
    check(
        Sqlite,
        &[
            ("/* a /* ; */ SELECT 1; SELECT 2", &["SELECT 1", "SELECT 2"]),
            ("/*! SELECT 1; */", &[]),
            ("SELECT 5--3; SELECT 2", &["SELECT 5"]),
            ("-- a\r;SELECT 1", &[]),
            // The end of the script closes a comment, as tokenize.c has it.
            ("SELECT 1; /* and then; SELECT 2", &["SELECT 1"]),
            ("/*", &[]),
        ],
    );
}

#[test]
fn triggers() {
    check_whole(
        Sqlite,
        &[
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END",
            "create temp trigger if not exists t after insert on a begin select 1; select 2; end",
            "CREATE TEMPORARY TRIGGER main.t BEFORE UPDATE OF b ON a FOR EACH ROW\r\nBEGIN\r\n  SELECT 1;\r\nEND",
            "CREATE TRIGGER t INSTEAD OF DELETE ON a WHEN CASE old.b WHEN 1 THEN 1 ELSE 0 END BEGIN SELECT 1; END",
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = CASE WHEN c THEN CASE d WHEN 1 THEN 2 END END; END",
            "CREATE TRIGGER t AFTER INSERT ON a WHEN new.begin > 1 BEGIN UPDATE a SET b = end, c = a.end; END",
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN /* ; END; */ SELECT '; END;'; -- ; END;\n END",
        ],
    );
    check(
        Sqlite,
        &[(
            "CREATE TABLE begin (end INT); BEGIN IMMEDIATE; END; SELECT 1",
            &[
                "CREATE TABLE begin (end INT)",
                "BEGIN IMMEDIATE",
                "END",
                "SELECT 1",
            ],
        )],
    );
}

#[test]
fn transaction_control() {
    check_transaction_control(
        Sqlite,
        &[
            ("BEGIN TRANSACTION", true),
            ("BEGIN IMMEDIATE", true),
            ("BEGIN EXCLUSIVE TRANSACTION", true),
            ("END", true),
            ("END TRANSACTION", true),
            ("ROLLBACK TRANSACTION", true),
            ("ROLLBACK TRANSACTION TO a", false),
            ("RELEASE a", false),
            (
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END",
                false,
            ),
        ],
    );
}
