//! What `sql` prints is run by the database's own client, which dies on the way: the next run of migcheck
//! goes on from there.

use std::thread;
use std::time::{Duration, Instant};

use migcheck_core::Dialect;

use crate::place::{Database, Directory, Place};
use crate::sql::{assert_same, directory};

/// Statements of each kind that a script may hold, none of which can be run twice.
fn mixed(place: &Place) -> Directory {
    let directory = directory(place);
    match place.dialect() {
        Dialect::Postgres => directory
            .file(
                "006_kinds.up.sql",
                "-- migcheck: revises = \"005\"\n-- migcheck: transaction = false\n\
                 -- The first of them.\nALTER TABLE users ADD COLUMN age int;\n\
                 CREATE INDEX CONCURRENTLY ix_age ON users (age); -- Beside it.\n\
                 UPDATE users SET age = COALESCE(age, 0) + 1;\nBEGIN;\n\
                 INSERT INTO users VALUES (7, 'seven', 7);\nUPDATE users SET age = age + 1;\nCOMMIT;\n\
                 DROP INDEX CONCURRENTLY ix_age;\nINSERT INTO users VALUES (8, 'a;b -- c', 8) -- The end.\n",
            )
            .file(
                "006_kinds.down.sql",
                "-- migcheck: transaction = false\nDELETE FROM users WHERE id > 6;\n\
                 CREATE INDEX CONCURRENTLY ix_age ON users (age);\nDROP INDEX CONCURRENTLY ix_age;\n\
                 ALTER TABLE users DROP COLUMN age;\n",
            ),
        Dialect::MySql => directory
            .file(
                "006_kinds.up.sql",
                "-- migcheck: revises = \"005\"\n-- The first of them.\nALTER TABLE users ADD COLUMN age int;\n\
                 CREATE INDEX ix_age ON users (age);\nUPDATE users SET age = COALESCE(age, 0) + 1;\n\
                 SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES';\nSTART TRANSACTION;\n\
                 INSERT INTO users VALUES (7, 'seven', 7);\nUPDATE users SET age = age + 1;\nCOMMIT;\n\
                 DROP TRIGGER g;\nCREATE VIEW grown AS SELECT id FROM users WHERE age > 1;\n\
                 CREATE TRIGGER g2 BEFORE UPDATE ON users FOR EACH ROW\nBEGIN\n\
                 SET NEW.name = 'x; y';\nEND;\n\
                 ALTER TABLE users DROP INDEX ix_age, ADD UNIQUE (id, age), RENAME TO people;\n\
                 RENAME TABLE people TO users;\nCREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1;\n\
                 INSERT INTO users VALUES (8, 'a;b -- c', 8) -- The end.\n",
            )
            .file(
                "006_kinds.down.sql",
                "DROP FUNCTION f;\nDELETE FROM users WHERE id > 6;\nDROP VIEW grown;\nDROP TRIGGER g2;\n\
                 ALTER TABLE users DROP INDEX id, DROP COLUMN age;\n\
                 CREATE TRIGGER g BEFORE INSERT ON users FOR EACH ROW SET NEW.name = CONCAT(NEW.name, '//');\n",
            ),
        Dialect::Sqlite => directory
            .file(
                "006_kinds.up.sql",
                "-- migcheck: revises = \"005\"\n-- migcheck: transaction = false\n\
                 -- The first of them.\nALTER TABLE users ADD COLUMN age int;\n\
                 UPDATE users SET age = COALESCE(age, 0) + 1;\nBEGIN;\n\
                 INSERT INTO users VALUES (7, 'seven', 7);\nUPDATE users SET age = age + 1;\nCOMMIT;\n\
                 INSERT INTO users VALUES (8, 'a;b -- c', 8) -- The end.\n",
            )
            .file(
                "006_kinds.down.sql",
                "-- migcheck: transaction = false\nDELETE FROM users WHERE id > 6;\n\
                 ALTER TABLE users DROP COLUMN age;\n",
            ),
    }
}

fn printed(place: &Place, directory: &Directory, database: &Database, route: &str) -> String {
    let dialect = place.dialect();
    directory.run(&format!("sql --dialect {dialect} {route}"), database)
}

/// Behind each line that ends a statement, or a part of one.
fn cuts(sql: &str) -> Vec<usize> {
    let ends = sql.match_indices(";\n").map(|(at, _)| at + 2);
    ends.filter(|end| *end < sql.len()).collect()
}

pub(crate) fn up(place: &Place) {
    let directory = mixed(place);
    let (before, run) = (place.database(), place.database());
    directory.run("upgrade --env home", &run);
    let sql = printed(place, &directory, &before, "--from 005");
    let cuts = cuts(&sql);
    assert!(cuts.len() > 10, "{sql}");
    for cut in cuts {
        let database = place.database();
        directory.run("upgrade 005 --env home", &database);
        // What is cut in the middle of a statement may be refused.
        let _ = database.pipe(&sql[..cut]);
        directory.run("upgrade --env home", &database);
        assert_same(&directory, &database, &run);
    }
}

pub(crate) fn down(place: &Place) {
    let directory = mixed(place);
    let run = place.database();
    directory.run("upgrade --env home", &run);
    let sql = printed(place, &directory, &run, "--from head --to 005");
    directory.run("downgrade 005 --env home", &run);
    for cut in cuts(&sql) {
        let database = place.database();
        directory.run("upgrade --env home", &database);
        let _ = database.pipe(&sql[..cut]);
        directory.run("downgrade 005 --env home", &database);
        assert_same(&directory, &database, &run);
    }
}

/// The client stops because the server refuses a statement, as it does on most bad days.
pub(crate) fn refused(place: &Place) {
    // On Postgres it leaves an INVALID index.
    let concurrently = match place.dialect() {
        Dialect::Postgres => "CONCURRENTLY",
        Dialect::MySql | Dialect::Sqlite => "",
    };
    let directory = Directory::new()
        .file(
            "001_users.up.sql",
            &format!(
                "-- migcheck: revises = \"base\"\n-- migcheck: transaction = false\n\
                 CREATE TABLE users (id int, email varchar(40));\nINSERT INTO users VALUES (1, 'a'), (2, 'a');\n\
                 CREATE UNIQUE INDEX {concurrently} ux_email ON users (email);\nINSERT INTO users VALUES (3, 'c');\n"
            ),
        )
        .file("001_users.down.sql", "DROP TABLE users;\n");
    let database = place.database();
    let sql = printed(place, &directory, &database, "");
    database.pipe(&sql).unwrap_err();
    let done = "SELECT state, statements_done, statements_total FROM _migcheck_revisions";
    assert_eq!(database.rows(done), [["applying", "2", "4"]]);
    let said = directory.fails("upgrade --env home", &database, 1);
    assert!(said.contains("001_users.up.sql:5"), "{said}");
    database.execute("UPDATE users SET email = 'b' WHERE id = 2");
    directory.run("upgrade --env home", &database);
    assert_eq!(database.rows(done), [["applied", "4", "4"]]);
    let users = database.rows("SELECT email FROM users ORDER BY id");
    assert_eq!(users, [["a"], ["b"], ["c"]]);
    // The same output is refused, and not applied for a second time.
    database.pipe(&sql).unwrap_err();
    assert_eq!(database.rows("SELECT id FROM users").len(), 3);
}

/// The connection goes while a statement runs.
pub(crate) fn killed(place: &Place) {
    if place.dialect() != Dialect::MySql {
        return;
    }
    let directory = Directory::new()
        .file(
            "001_users.up.sql",
            "-- migcheck: revises = \"base\"\nCREATE TABLE users (id int);\nINSERT INTO users VALUES (1);\n\
             INSERT INTO users SELECT 2 + 0 * SLEEP(2);\nALTER TABLE users ADD COLUMN name text;\n",
        )
        .file("001_users.down.sql", "DROP TABLE users;\n");
    let database = place.database();
    let sql = printed(place, &directory, &database, "");
    thread::scope(|scope| {
        let piped = scope.spawn(|| database.pipe(&sql));
        let sleeping = format!(
            "SELECT id FROM information_schema.processlist \
             WHERE db = '{}' AND info LIKE 'INSERT INTO users SELECT 2%'",
            database.name()
        );
        let started = Instant::now();
        let id = loop {
            if let Some(row) = database.rows(&sleeping).first() {
                break row[0].clone();
            }
            assert!(
                started.elapsed() < Duration::from_secs(30),
                "it never slept"
            );
            thread::sleep(Duration::from_millis(20));
        };
        database.execute(&format!("KILL {id}"));
        piped.join().unwrap().unwrap_err();
    });
    directory.run("upgrade --env home", &database);
    assert_eq!(
        database.rows("SELECT id FROM users ORDER BY id"),
        [["1"], ["2"]]
    );
    directory.run("verify --env home", &database);
}

/// Nothing tells whether rows came into a table that knows no transactions.
pub(crate) fn blind(place: &Place) {
    if place.dialect() != Dialect::MySql {
        return;
    }
    let directory = Directory::new()
        .file(
            "001_users.up.sql",
            "-- migcheck: revises = \"base\"\nCREATE TABLE users (id int) ENGINE = MyISAM;\n\
             INSERT INTO users VALUES (1);\nALTER TABLE users ADD COLUMN name text;\n",
        )
        .file("001_users.down.sql", "DROP TABLE users;\n");
    let database = place.database();
    let sql = printed(place, &directory, &database, "");
    let inserted = sql.find("INSERT INTO users").unwrap();
    let end = inserted + sql[inserted..].find('\n').unwrap() + 1;
    database.pipe(&sql[..end]).unwrap();
    let said = directory.fails("upgrade --env home", &database, 1);
    assert!(said.contains("leaves no trace"), "{said}");
    assert!(said.contains("INSERT INTO users VALUES (1)"), "{said}");
    directory.run("resolve --as applied --env home --yes", &database);
    directory.run("upgrade --env home", &database);
    assert_eq!(database.rows("SELECT id FROM users"), [["1"]]);
}
