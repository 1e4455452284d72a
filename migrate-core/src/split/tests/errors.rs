//! Scripts that cannot be split: what is pointed at, and what is said.

use crate::Dialect::{self, MySql, Postgres, Sqlite};
use crate::split::SplitErrorKind::{self, *};
use crate::split::split;

#[test]
fn point_at_what_is_never_closed() {
    let table: &[(Dialect, &str, SplitErrorKind, &str)] = &[
        (Postgres, "SELECT 1; SELECT 'a;", UnterminatedString, "'"),
        (Postgres, "SELECT 'a'';", UnterminatedString, "'"),
        (Postgres, r"SELECT E'a\'", UnterminatedString, "E'"),
        (Postgres, "SELECT 1 AS \"a;", UnterminatedIdentifier, "\""),
        (
            Postgres,
            "DO $$ BEGIN; END $",
            UnterminatedDollarQuote,
            "$$",
        ),
        (Postgres, "DO $a$ $b$;", UnterminatedDollarQuote, "$a$"),
        (Postgres, "SELECT 1; /* /* */", UnterminatedComment, "/*"),
        (Postgres, "/*+ ", UnterminatedComment, "/*"),
        (
            Postgres,
            "CREATE FUNCTION f() BEGIN ATOMIC SELECT 1;",
            UnterminatedBlock,
            "BEGIN",
        ),
        (
            Postgres,
            "CREATE RULE r AS ON INSERT TO t DO (SELECT (1);",
            UnterminatedBlock,
            "(",
        ),
        (MySql, "SELECT 'a\\';", UnterminatedString, "'"),
        (MySql, "SELECT 'a\\", UnterminatedString, "'"),
        (MySql, "SELECT \"a;", UnterminatedString, "\""),
        (MySql, "SELECT `a;", UnterminatedIdentifier, "`"),
        (MySql, "SELECT 1; /*", UnterminatedComment, "/*"),
        (
            MySql,
            "/*!40101 SET a = 1;",
            UnterminatedComment,
            "/*!40101",
        ),
        (
            MySql,
            "CREATE PROCEDURE p() BEGIN SELECT 1;",
            UnterminatedBlock,
            "BEGIN",
        ),
        (
            MySql,
            "CREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; END;",
            UnterminatedBlock,
            "BEGIN",
        ),
        (
            MySql,
            "CREATE PROCEDURE p() BEGIN WHILE a DO SELECT 1;",
            UnterminatedBlock,
            "WHILE",
        ),
        (
            MySql,
            "CREATE PROCEDURE p() BEGIN SELECT 1;\nDELIMITER //",
            UnterminatedBlock,
            "BEGIN",
        ),
        (
            MySql,
            "SELECT 1;\nDELIMITER\n",
            InvalidDelimiter,
            "DELIMITER",
        ),
        (
            MySql,
            "DELIMITER 0123456789abcdef\n",
            InvalidDelimiter,
            "DELIMITER 0123456789abcdef",
        ),
        (Sqlite, "SELECT 'a;", UnterminatedString, "'"),
        (Sqlite, "SELECT \"a;", UnterminatedIdentifier, "\""),
        (Sqlite, "SELECT [a;", UnterminatedIdentifier, "["),
        (
            Sqlite,
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1 END;",
            UnterminatedBlock,
            "BEGIN",
        ),
    ];
    for (dialect, sql, kind, pointed_at) in table {
        let error = split(sql, *dialect).expect_err(sql);
        assert_eq!(error.kind, *kind, "{dialect}: {sql}");
        assert_eq!(&sql[error.span.clone()], *pointed_at, "{dialect}: {sql}");
        let first_word = pointed_at.split(' ').next().unwrap_or_default();
        assert!(error.message.contains(first_word), "{}", error.message);
    }
}

#[test]
fn name_the_client_that_knows_the_command() {
    let table: &[(Dialect, &str, SplitErrorKind, &str, &str)] = &[
        (
            Postgres,
            "SELECT 1;\n\\connect a\nSELECT 2;",
            ClientCommand,
            "\\connect",
            "psql",
        ),
        (
            Postgres,
            "\\restrict x'y\n",
            ClientCommand,
            "\\restrict",
            "psql",
        ),
        (Postgres, "SELECT 1 \\gset", ClientCommand, "\\gset", "psql"),
        (Postgres, "\\.", ClientCommand, "\\.", "psql"),
        (Sqlite, ".mode csv\n", ClientCommand, ".mode", "sqlite3"),
        (
            Postgres,
            "SELECT 1; COPY a (b) FROM stdin;\nit's\n\\.\n",
            CopyFromStdin,
            "COPY a (b) FROM stdin",
            "INSERT",
        ),
        (
            Postgres,
            "copy a from STDIN with (format csv);",
            CopyFromStdin,
            "copy a from STDIN",
            "--inserts",
        ),
    ];
    for (dialect, sql, kind, pointed_at, mentioned) in table {
        let error = split(sql, *dialect).expect_err(sql);
        assert_eq!(error.kind, *kind, "{dialect}: {sql}");
        assert_eq!(&sql[error.span.clone()], *pointed_at, "{dialect}: {sql}");
        assert!(error.message.contains(mentioned), "{}", error.message);
    }
}

#[test]
fn say_what_to_do() {
    let message = |sql, dialect| split(sql, dialect).unwrap_err().message;
    insta::assert_snapshot!(
        message("SELECT E'a", Postgres),
        @"the string that `E'` opens is never closed; close it with `'`, and write a `'` inside it as `''`"
    );
    insta::assert_snapshot!(
        message("SELECT [a", Sqlite),
        @"the quoted identifier that `[` opens is never closed; close it with `]`"
    );
    insta::assert_snapshot!(
        message("DO $fn$ BEGIN", Postgres),
        @"the dollar quote `$fn$` is never closed; repeat `$fn$` where it ends"
    );
    insta::assert_snapshot!(
        message("/* a", MySql),
        @"the comment `/*` is never closed; close it with `*/`"
    );
    insta::assert_snapshot!(
        message("CREATE PROCEDURE p() IF a THEN SELECT 1;", MySql),
        @"`IF` is never closed; add its `END IF`, and end the last statement before it with `;`"
    );
    insta::assert_snapshot!(
        message("DELIMITER", MySql),
        @"`DELIMITER` names no delimiter; write one behind it, such as `DELIMITER //`"
    );
}
