//! Scripts as people write them.

use migcheck::{Dialect, MigrateError};

use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{has_table, migrator, recorded, rows, steps, upgrade, value};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("a_script_may_have_transactions_of_its_own", own_transaction),
        Case::new(
            "a_script_may_not_leave_a_transaction_open",
            open_transaction,
        ),
        Case::new("settings_end_with_their_script", settings),
        Case::new("the_callers_session_is_as_it_was", callers_session),
        Case::new("foreign_keys_are_checked", foreign_keys),
        Case::new("text_arrives_as_it_was_written", text),
        Case::new("a_trigger_needs_no_delimiter", trigger)
            .only(|server| server.dialect() == Dialect::MySql),
        Case::new("statements_outside_a_transaction_stay", without_transaction),
    ]
}

fn own_transaction(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "two_transactions",
        "BEGIN;\nCREATE TABLE first (id INTEGER PRIMARY KEY);\nINSERT INTO first VALUES (1);\nCOMMIT;\nBEGIN;\nINSERT INTO first VALUES (2);\nINSERT INTO first VALUES (2);\nCOMMIT;",
        "DROP TABLE first;",
    );
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let error = upgrade(directory.graph(), &mut *session).unwrap_err();
    assert!(
        error.to_string().contains("001_two_transactions.up.sql:8:"),
        "{error}"
    );
    // What it committed stays, what it did not is undone, and the session is outside of both.
    assert_eq!(
        rows(
            &mut *connect(&scratch),
            "SELECT CAST(id AS CHAR(1)) FROM first"
        ),
        [["1"]]
    );
    assert_eq!(recorded(&mut *session), [""; 0]);
    // It goes on behind that.
    directory.edit(
        "001_two_transactions.up.sql",
        "INSERT INTO first VALUES (2);\nINSERT INTO first VALUES (2);",
        "INSERT INTO first VALUES (2);",
    );
    upgrade(directory.graph(), &mut *session).unwrap();
    let mut other = connect(&scratch);
    assert_eq!(recorded(&mut *other), ["001"]);
    assert_eq!(
        value(&mut *other, "SELECT CAST(count(*) AS CHAR(1)) FROM first"),
        "2"
    );
}

/// The history would be in a transaction that nobody ends.
fn open_transaction(server: &TestServer) {
    let directory = Directory::new();
    let up = "CREATE TABLE first (id INTEGER PRIMARY KEY);\nBEGIN;\nINSERT INTO first VALUES (1);";
    directory.add("open", up, "DROP TABLE first;");
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let error = upgrade(directory.graph(), &mut *session).unwrap_err();
    assert!(matches!(error, MigrateError::Script(_)), "{error}");
    assert!(error.to_string().contains("001_open.up.sql:3:1"), "{error}");
    assert!(error.to_string().contains("never ended"), "{error}");
    // It was not begun.
    assert!(!has_table(&mut *session, "first"));
    assert_eq!(recorded(&mut *session), [""; 0]);
    if server.dialect() == Dialect::Sqlite {
        return;
    }
    for end in ["COMMIT AND CHAIN", "ROLLBACK AND CHAIN"] {
        let directory = Directory::new();
        let up = format!("BEGIN;\nCREATE TABLE first (id INTEGER PRIMARY KEY);\n{end};\nSELECT 1;");
        directory.add("open", &up, "DROP TABLE first;");
        let error = upgrade(directory.graph(), &mut *session).unwrap_err();
        assert!(error.to_string().contains("001_open.up.sql:4:1"), "{error}");
        assert!(error.to_string().contains("never ended"), "{error}");
        directory.edit("001_open.up.sql", end, "COMMIT AND NO CHAIN");
        let scratch = server.scratch();
        upgrade(directory.graph(), &mut *connect(&scratch)).unwrap();
    }
}

/// A script that sets something, and a query that shows whether it is still set.
fn setting(dialect: Dialect) -> (&'static str, &'static str, &'static str) {
    match dialect {
        Dialect::Postgres => (
            "CREATE SCHEMA elsewhere;\nSET search_path = elsewhere;\nSET statement_timeout = '1h';\nCREATE TABLE one (id integer);\nSET ROLE pg_monitor;",
            "DROP SCHEMA elsewhere CASCADE;",
            "SELECT concat_ws(' ', current_setting('search_path'), current_setting('statement_timeout'), current_user)",
        ),
        Dialect::MySql => (
            "SET foreign_key_checks = 0;\nSET unique_checks = 0;\nSET SESSION sql_mode = 'ANSI_QUOTES';\nSET autocommit = 0;\nCREATE TABLE one (id integer);",
            "DROP TABLE one;",
            // The client library's own flag is in the mode of a session until it is set for the first time.
            "SELECT CONCAT_WS(' ', @@foreign_key_checks, @@unique_checks, REPLACE(@@sql_mode, 'IGNORE_SPACE,', ''), @@autocommit)",
        ),
        Dialect::Sqlite => (
            "-- migcheck: transaction = false\nPRAGMA foreign_keys = OFF;\nPRAGMA ignore_check_constraints = ON;\nCREATE TABLE one (id INTEGER);",
            "DROP TABLE one;",
            "SELECT (SELECT foreign_keys FROM pragma_foreign_keys) || (SELECT * FROM pragma_ignore_check_constraints)",
        ),
    }
}

fn settings(server: &TestServer) {
    let (set, undo, shows) = setting(server.dialect());
    let directory = Directory::new();
    directory.add("set", set, undo);
    directory.add(
        "show",
        &format!("CREATE TABLE shown (setting VARCHAR(300));\nINSERT INTO shown {shows};"),
        "DROP TABLE shown;",
    );
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let fresh = value(&mut *session, shows);
    upgrade(directory.graph(), &mut *session).unwrap();
    assert_eq!(
        value(&mut *connect(&scratch), "SELECT setting FROM shown"),
        fresh
    );
}

/// A connection of a pool goes to the next who asks.
fn callers_session(server: &TestServer) {
    let (set, undo, shows) = setting(server.dialect());
    let directory = Directory::new();
    directory.add("set", set, undo);
    directory.add(
        "fail",
        &format!("{set}\nDROP TABLE missing;").replace("CREATE", "-- CREATE"),
        "SELECT 1;",
    );
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let fresh = value(&mut *session, shows);
    let migrator = migrator(directory.graph());
    block_on(migrator.upgrade(&mut *session, "001")).unwrap();
    assert_eq!(value(&mut *session, shows), fresh);
    block_on(migrator.upgrade(&mut *session, "002")).unwrap_err();
    assert_eq!(value(&mut *session, shows), fresh);
}

/// Also where the server has to be asked in the right words: MySQL takes DEFAULT for OFF.
fn foreign_keys(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "two",
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE c (p INTEGER, CONSTRAINT fk FOREIGN KEY (p) REFERENCES p (id));",
        "DROP TABLE c;\nDROP TABLE p;",
    );
    directory.add("orphan", "INSERT INTO c VALUES (1);", "DELETE FROM c;");
    let scratch = server.scratch();
    let error = upgrade(directory.graph(), &mut *connect(&scratch)).unwrap_err();
    assert!(
        error.to_string().contains("002_orphan.up.sql:2:"),
        "{error}"
    );
}

fn text(server: &TestServer) {
    const TEXT: &str = "{{name}} Zürich – 東京 🦀 $1 ? :a %s ${b} -- no comment; /* nor */ this";
    let directory = Directory::new();
    let charset = if server.dialect() == Dialect::MySql {
        " CHARACTER SET utf8mb4"
    } else {
        ""
    };
    let up = format!(
        "\u{feff}-- migcheck: revises = \"base\"\r\n-- Größe: {{{{nothing}}}}\r\nCREATE TABLE texts (\r\n    t VARCHAR(200){charset} -- größer; or not\r\n);\r\nINSERT INTO texts VALUES ('{TEXT}');\r\nINSERT INTO texts VALUES ('a\r\nb');\r\n"
    );
    directory.write("001_texts.up.sql", up);
    directory.write("001_texts.down.sql", "\u{feff}DROP TABLE texts;\r\n");
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    upgrade(directory.graph(), &mut *session).unwrap();
    // The checksum is of the canonical text, and so is what is run.
    let mut texts = rows(&mut *session, "SELECT t FROM texts");
    texts.sort();
    assert_eq!(texts, [["a\nb"], [TEXT]]);

    // Git may check it out otherwise on another machine.
    let up = std::fs::read_to_string(directory.path("001_texts.up.sql")).unwrap();
    directory.write(
        "001_texts.up.sql",
        up.replace("\r\n", "\n").trim_start_matches('\u{feff}'),
    );
    let migrator = migrator(directory.graph());
    assert_eq!(
        steps(&block_on(migrator.upgrade(&mut *session, "head")).unwrap()),
        [""; 0]
    );
    assert_eq!(
        steps(&block_on(migrator.downgrade(&mut *session, "base")).unwrap()),
        ["-001"]
    );
}

fn trigger(server: &TestServer) {
    let directory = Directory::new();
    let body = "BEGIN\n    IF NEW.n < 0 THEN\n        SET NEW.n = 0;\n    END IF;\n    SET NEW.n = NEW.n + 1;\nEND";
    directory.add(
        "bare",
        &format!("CREATE TABLE a (n INTEGER);\nCREATE TRIGGER ta BEFORE INSERT ON a FOR EACH ROW\n{body};\nINSERT INTO a VALUES (-5);"),
        "DROP TABLE a;",
    );
    directory.add(
        "delimited",
        &format!("CREATE TABLE b (n INTEGER);\nDELIMITER //\nCREATE TRIGGER tb BEFORE INSERT ON b FOR EACH ROW\n{body}//\nDELIMITER ;\nINSERT INTO b VALUES (-5);"),
        "DROP TABLE b;",
    );
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    upgrade(directory.graph(), &mut *session).unwrap();
    assert_eq!(
        rows(
            &mut *session,
            "SELECT CAST(a.n AS CHAR), CAST(b.n AS CHAR) FROM a, b"
        ),
        [["1", "1"]]
    );
}

/// `transaction = false`: what ran before the failure is there.
fn without_transaction(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "loose",
        "-- migcheck: transaction = false\nCREATE TABLE first (id INTEGER PRIMARY KEY);\nDROP TABLE missing;",
        "DROP TABLE first;",
    );
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let error = upgrade(directory.graph(), &mut *session).unwrap_err();
    assert!(error.to_string().contains("001_loose.up.sql:4:"), "{error}");
    assert!(has_table(&mut *session, "first"));
    assert_eq!(recorded(&mut *session), [""; 0]);
}
