//! What `sql` prints is run by the database's own client, in one database; `upgrade` and `downgrade` run
//! in another. Schema, rows and history are the same afterwards.

use migcheck_core::Dialect;

use crate::place::{Database, Directory, Place};

/// Scripts that a client could misread, and whose settings would mislead the next script or the history.
pub(crate) fn directory(place: &Place) -> Directory {
    let directory = Directory::new()
        .file(
            "001_users.up.sql",
            "-- migcheck: revises = \"base\"\n-- Ünï: it's a \"start\"; $1 ? :x \\ 🦀\n\
             CREATE TABLE users (id integer NOT NULL PRIMARY KEY, name varchar(40) DEFAULT 'a;b''c');\n\
             INSERT INTO users VALUES (1, 'Zoë; 🦀'), (2, 'it''s $$ ? $1 :name')",
        )
        .file(
            "001_users.down.sql",
            "-- it's gone: c:\\users\\n, \"quoted\", $$, $1, ?, :x, é 🦀\n/* DELIMITER // */\n\
             DROP TABLE users; -- '; DROP\n",
        )
        // The history has to hold what no client may read as its own commands.
        .file(
            "005_words.up.sql",
            "-- migcheck: revises = \"004\"\nCREATE TABLE words (a varchar(99));\n",
        )
        .file(
            "005_words.down.sql",
            "-- a line of its own:\n/*\nDELIMITER ;;\n\\q\n.exit\ngo\n/\n*/\nDROP TABLE words",
        );
    match place.dialect() {
        Dialect::Postgres => directory
            .file(
                "002_index.up.sql",
                "-- migcheck: revises = \"001\"\n-- migcheck: transaction = false\n\
                 CREATE INDEX CONCURRENTLY ix_name ON users (name);\n",
            )
            .file(
                "002_index.down.sql",
                "-- migcheck: transaction = false\nDROP INDEX CONCURRENTLY ix_name;\n",
            )
            .file(
                "003_settings.up.sql",
                "-- migcheck: revises = \"002\"\nCREATE SCHEMA other;\nSET search_path = other;\n\
                 SET standard_conforming_strings = off;\nSET client_encoding = 'LATIN1';\n\
                 CREATE TABLE things (id int);\nCREATE TEMP TABLE words (b int);\nPREPARE one AS SELECT 1;\n",
            )
            .file("003_settings.down.sql", "DROP SCHEMA other CASCADE;\n")
            .file(
                "004_routine.up.sql",
                "-- migcheck: revises = \"003\"\nBEGIN;\nCREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS \
                 $body$\nBEGIN\n  -- Not the end; yet.\n  RETURN 1;\nEND\n$body$;\nCOMMIT;\n",
            )
            .file("004_routine.down.sql", "DROP FUNCTION one();\n"),
        Dialect::MySql => directory
            .file(
                "002_index.up.sql",
                "-- migcheck: revises = \"001\"\nDELIMITER //\nCREATE PROCEDURE p()\nBEGIN\n  -- Kept.\n  \
                 SELECT 1; SELECT 2;\nEND//\nDELIMITER ;\nCREATE INDEX ix_name ON users (name);\n",
            )
            .file(
                "002_index.down.sql",
                "DROP INDEX ix_name ON users;\nDROP PROCEDURE p;\n",
            )
            .file(
                "003_settings.up.sql",
                "-- migcheck: revises = \"002\"\nSET sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES';\n\
                 SET foreign_key_checks = 0;\nCREATE TABLE \"things\" (id int);\n\
                 SET time_zone = '+05:00', @a = 1;\nSET NAMES latin1;\nCREATE TEMPORARY TABLE users (id int);\n",
            )
            .file("003_settings.down.sql", "DROP TABLE things;\n")
            .file(
                "004_routine.up.sql",
                "-- migcheck: revises = \"003\"\nCREATE TRIGGER g BEFORE INSERT ON users FOR EACH ROW\nBEGIN\n  \
                 -- A comment; kept.\n  SET NEW.name = CONCAT(NEW.name, '//');\nEND;\n\
                 INSERT INTO users VALUES (3, 'x');\n",
            )
            .file(
                "004_routine.down.sql",
                "DROP TRIGGER g;\nDELETE FROM users WHERE id = 3;\n",
            ),
        Dialect::Sqlite => directory
            .file(
                "002_index.up.sql",
                "-- migcheck: revises = \"001\"\n-- migcheck: transaction = false\n\
                 CREATE INDEX ix_name ON users (name);\n",
            )
            .file("002_index.down.sql", "DROP INDEX ix_name;\n")
            .file(
                "003_settings.up.sql",
                "-- migcheck: revises = \"002\"\n-- migcheck: transaction = false\nPRAGMA foreign_keys = OFF;\n\
                 CREATE TABLE things (id int REFERENCES users (id));\nINSERT INTO things VALUES (77);\n\
                 CREATE TEMP TABLE users (id int);\nATTACH ':memory:' AS more;\n",
            )
            .file("003_settings.down.sql", "DROP TABLE things;\n")
            .file(
                "004_routine.up.sql",
                "-- migcheck: revises = \"003\"\nCREATE TRIGGER g AFTER INSERT ON users\nBEGIN\n  \
                 -- A comment; kept.\n  UPDATE users SET name = name || '//' WHERE id = NEW.id;\nEND;\n\
                 INSERT INTO users VALUES (3, 'x');\n",
            )
            .file(
                "004_routine.down.sql",
                "DROP TRIGGER g;\nDELETE FROM users WHERE id = 3;\n",
            ),
    }
}

pub(crate) fn up(place: &Place) {
    let (run, piped) = (place.database(), place.database());
    let directory = directory(place);
    directory.run("upgrade --env home", &run);
    pipe(place, &directory, &piped, "");
    assert_same(&directory, &run, &piped);
    // upgrade finds nothing to do.
    let done = directory.run("upgrade --env home", &piped);
    assert!(done.contains("nothing to do"), "{done}");
    directory.run("verify --env home", &piped);
}

pub(crate) fn down(place: &Place) {
    let (run, piped) = (place.database(), place.database());
    let directory = directory(place);
    for database in [&run, &piped] {
        directory.run("upgrade --env home", database);
    }
    for (target, route) in [
        ("003", "--from head --to 003"),
        ("base", "--from 003 --to base"),
    ] {
        directory.run(&format!("downgrade {target} --env home"), &run);
        pipe(place, &directory, &piped, route);
        assert_same(&directory, &run, &piped);
    }
    assert_eq!(history(&piped), [[""; 0]; 0]);
}

pub(crate) fn middle(place: &Place) {
    let (run, piped) = (place.database(), place.database());
    let directory = directory(place);
    for (target, route) in [
        ("002", "--to 002"),
        ("004", "--from 002 --to 004"),
        ("005", "--from 004"),
    ] {
        directory.run(&format!("upgrade {target} --env home"), &run);
        pipe(place, &directory, &piped, route);
        assert_same(&directory, &run, &piped);
    }
    // A migration that was piped is taken down by migcheck, and the other way round.
    directory.run("downgrade base --env home", &piped);
    pipe(place, &directory, &run, "--from head --to base");
    assert_same(&directory, &run, &piped);
}

/// Has a client run what `sql` prints.
fn pipe(place: &Place, directory: &Directory, database: &Database, route: &str) {
    let dialect = place.dialect();
    let sql = directory.run(&format!("sql --dialect {dialect} {route}"), database);
    database.run_script(&sql);
}

#[track_caller]
pub(crate) fn assert_same(directory: &Directory, run: &Database, piped: &Database) {
    assert_eq!(piped.schema().to_sql(), run.schema().to_sql());
    assert!(piped.schema() == run.schema());
    assert_eq!(history(piped), history(run));
    let users = "SELECT name FROM users ORDER BY id";
    let current = directory.run("current --env home -q", run);
    if !current.trim().is_empty() {
        assert_eq!(piped.rows(users), run.rows(users));
    }
}

/// Everything but when, how long and by whom.
fn history(database: &Database) -> Vec<Vec<String>> {
    database.rows(
        "SELECT revision, state, checksum, chain, statements_done, statements_total, fingerprint, \
         down_script, version, done_checksum, parents FROM _migcheck_revisions ORDER BY revision",
    )
}
