//! Runs that stop at every message in turn, and the next one.

use migcheck::db::{Session, snapshot};
use migcheck::harness::Scratch;
use migcheck::{Dialect, Direction};

use crate::cut::{At, Cut};
use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{migrator, rows};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("an_upgrade_goes_on_wherever_it_stopped", |server| {
            everywhere(server, Direction::Up);
        }),
        Case::new("a_downgrade_goes_on_wherever_it_stopped", |server| {
            everywhere(server, Direction::Down);
        }),
    ]
}

/// Scripts of every kind that can be resumed.
fn scripts(dialect: Dialect) -> Directory {
    let directory = Directory::new();
    match dialect {
        Dialect::MySql => {
            directory.add(
                "mixed",
                "CREATE TABLE a (id int PRIMARY KEY AUTO_INCREMENT, n int);
                 INSERT INTO a (n) VALUES (1), (2);
                 ALTER TABLE a ADD COLUMN m int;
                 UPDATE a SET m = n * 2;
                 CREATE INDEX a_n ON a (n);
                 SET @offset = 10;
                 START TRANSACTION;
                 INSERT INTO a (n) VALUES (3 + @offset);
                 INSERT INTO a (n) VALUES (4 + @offset);
                 COMMIT;
                 INSERT INTO a (n) SELECT n + 100 FROM a;",
                "DELETE FROM a WHERE n > 100;
                 ALTER TABLE a DROP INDEX a_n, DROP COLUMN m;
                 INSERT INTO a (n) SELECT n FROM a;
                 DROP TABLE a;",
            );
            directory.add(
                "objects",
                "SET foreign_key_checks = 0;
                 CREATE TABLE c (p int, FOREIGN KEY (p) REFERENCES later (id));
                 CREATE TABLE later (id int PRIMARY KEY);
                 SET foreign_key_checks = 1;
                 RENAME TABLE c TO d, a TO b;
                 CREATE VIEW v AS SELECT id, n FROM b;
                 CREATE TRIGGER g BEFORE INSERT ON later FOR EACH ROW SET NEW.id = NEW.id + 1;
                 CREATE PROCEDURE p() SELECT 1;
                 INSERT INTO later VALUES (1);
                 CREATE TABLE scratchpad AS SELECT n FROM b;
                 TRUNCATE TABLE scratchpad;
                 INSERT INTO scratchpad VALUES (7);
                 DROP TABLE scratchpad;
                 ALTER TABLE b RENAME COLUMN m TO k;",
                "ALTER TABLE b RENAME COLUMN k TO m;
                 DROP PROCEDURE p;
                 DROP TRIGGER g;
                 DROP VIEW v;
                 RENAME TABLE d TO c, b TO a;
                 DROP TABLE c, later;
                 UPDATE a SET n = n + 1;",
            );
        }
        Dialect::Postgres => {
            directory.add(
                "mixed",
                "CREATE TABLE a (id serial PRIMARY KEY, n int);
                 INSERT INTO a (n) VALUES (1), (2);
                 ALTER TABLE a ADD COLUMN m int;
                 UPDATE a SET m = n * 2;",
                "DROP TABLE a;",
            );
            directory.add(
                "loose",
                "-- migcheck: transaction = false
                 INSERT INTO a (n) VALUES (5);
                 CREATE INDEX CONCURRENTLY a_n ON a (n);
                 CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_id ON ONLY public.a (id);
                 SET search_path = nowhere, public;
                 UPDATE a SET m = coalesce(m, 0) + 1;
                 SET ROLE pg_monitor;
                 SELECT 1;
                 RESET ROLE;
                 BEGIN;
                 INSERT INTO a (n) VALUES (6);
                 CREATE TABLE b (n int, k int);
                 COMMIT;
                 VACUUM a;
                 REINDEX TABLE CONCURRENTLY a;
                 INSERT INTO b (n) SELECT n FROM a;
                 DROP INDEX CONCURRENTLY a_n;",
                "-- migcheck: transaction = false
                 CREATE INDEX CONCURRENTLY a_n ON a (n);
                 DROP TABLE b;
                 DROP INDEX CONCURRENTLY IF EXISTS a_id;
                 DELETE FROM a WHERE n > 4;
                 UPDATE a SET m = m - 1;
                 DROP INDEX CONCURRENTLY a_n;",
            );
        }
        Dialect::Sqlite => {
            directory.add(
                "mixed",
                "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER);
                 INSERT INTO a (n) VALUES (1), (2);",
                "DROP TABLE a;",
            );
            directory.add(
                "rebuilt",
                "-- migcheck: transaction = false
                 PRAGMA foreign_keys = OFF;
                 BEGIN;
                 CREATE TABLE new (id INTEGER PRIMARY KEY, n INTEGER NOT NULL);
                 INSERT INTO new SELECT id, n FROM a;
                 DROP TABLE a;
                 ALTER TABLE new RENAME TO a;
                 COMMIT;
                 PRAGMA foreign_keys = ON;
                 UPDATE a SET n = n + 1;
                 VACUUM;
                 CREATE INDEX a_n ON a (n);
                 INSERT INTO a (n) SELECT n FROM a;",
                "-- migcheck: transaction = false
                 DROP INDEX a_n;
                 UPDATE a SET n = n - 1;
                 VACUUM;
                 DELETE FROM a WHERE id > 2;",
            );
        }
    }
    directory.add(
        "last",
        "CREATE TABLE last (id INTEGER PRIMARY KEY);\nINSERT INTO last VALUES (1);",
        "DROP TABLE last;",
    );
    directory
}

/// What there is: the schema, the rows, and what the history says without its times.
fn everything(scratch: &Scratch) -> Vec<String> {
    let mut session = connect(scratch);
    let schema = block_on(snapshot(&mut *session, "_migcheck_revisions")).unwrap();
    let mut all = vec![schema.to_sql()];
    // Rows that are rolled back take their numbers with them, so that ids are left out.
    let queries = [
        "SELECT n, m FROM a ORDER BY 1",
        "SELECT n FROM a ORDER BY 1",
        "SELECT n, k FROM b ORDER BY 1",
        "SELECT id FROM later",
        "SELECT id FROM last",
    ];
    for sql in queries {
        let found = block_on(session.rows(sql, &[]));
        all.push(
            format!("{sql}: {found:?}")
                .split("Err")
                .next()
                .unwrap()
                .to_owned(),
        );
    }
    let sql = "SELECT revision, state, checksum, chain, statements_done, statements_total, fingerprint, done_checksum, down_script, parents FROM _migcheck_revisions ORDER BY revision";
    all.extend(
        rows(&mut *session, sql)
            .into_iter()
            .map(|row| row.join("|")),
    );
    all
}

/// Whatever the message at which a run is lost, the next one brings about what a run that is not
/// lost does.
fn everywhere(server: &TestServer, direction: Direction) {
    let directory = scripts(server.dialect());
    let migrator = migrator(directory.graph());
    let run = |session: &mut dyn Session| {
        block_on(async {
            match direction {
                Direction::Up => migrator.upgrade(session, "head").await,
                Direction::Down => migrator.downgrade(session, "001").await,
            }
        })
    };
    let prepared = || {
        let scratch = server.scratch();
        if direction == Direction::Down {
            block_on(migrator.upgrade(&mut *connect(&scratch), "head")).unwrap();
        }
        scratch
    };
    let undisturbed = prepared();
    run(&mut *connect(&undisturbed)).unwrap_or_else(|error| panic!("{error}"));
    let expected = everything(&undisturbed);
    for left in 0.. {
        let mut finished = false;
        for arrives in [false, true] {
            let scratch = prepared();
            let mut session = connect(&scratch);
            let mut cut = Cut::new(&mut *session, At::Message(left), arrives);
            let done = run(&mut cut);
            assert_eq!(done.is_err(), cut.is_lost(), "{left} {arrives}");
            finished = done.is_ok();
            drop(session);
            run(&mut *connect(&scratch))
                .unwrap_or_else(|error| panic!("after {left} ({arrives}): {error}"));
            assert_eq!(everything(&scratch), expected, "after {left} ({arrives})");
            if finished {
                break;
            }
        }
        if finished {
            assert!(left > 10, "{left}");
            return;
        }
    }
}
