//! Runs that stop somewhere, and the next one.

use migcheck::db::session::BoxFuture;
use migcheck::db::{Doubt, Resolution, Row, ServerError, Session, snapshot};
use migcheck::harness::Scratch;
use migcheck::{Dialect, Direction, MigrateError};

use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{execute, has_table, migrator, recorded, rows, steps, value};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("an_upgrade_goes_on_wherever_it_stopped", |server| {
            everywhere(server, Direction::Up);
        }),
        Case::new("a_downgrade_goes_on_wherever_it_stopped", |server| {
            everywhere(server, Direction::Down);
        }),
        Case::new("what_leaves_no_trace_is_asked_about", blind).only(is_mysql),
        Case::new(
            "what_knows_no_transactions_is_asked_about",
            without_transactions,
        )
        .only(is_mysql),
        Case::new("locked_tables_are_one_thing", locked_tables).only(is_mysql),
        Case::new("what_a_session_had_is_gone", session_lost).only(is_mysql),
        Case::new("what_was_run_has_to_stay_as_it_was", rewritten).only(has_journal),
        Case::new("an_unfinished_script_comes_first", unfinished).only(has_journal),
        Case::new(
            "what_was_put_before_an_unfinished_script_comes_first",
            put_before,
        )
        .only(has_journal),
        Case::new("a_role_that_a_script_takes_is_no_hindrance", role)
            .only(|server| server.dialect() == Dialect::Postgres),
    ]
}

fn is_mysql(server: &TestServer) -> bool {
    server.dialect() == Dialect::MySql
}

/// Where two statements that fail in between leave something.
fn has_journal(_: &TestServer) -> bool {
    true
}

/// A session whose connection is lost at a statement, before it arrives or before its answer does.
struct Cut<'a> {
    session: &'a mut dyn Session,
    /// How many are sent before.
    left: usize,
    /// Whether the one at which it is lost arrives.
    arrives: bool,
    is_lost: bool,
}

impl Cut<'_> {
    /// Whether the next one is sent, and whether its answer is heard.
    fn next(&mut self) -> (bool, bool) {
        if self.is_lost {
            return (false, false);
        }
        if self.left == 0 {
            self.is_lost = true;
            return (self.arrives, false);
        }
        self.left -= 1;
        (true, true)
    }
}

fn lost() -> ServerError {
    ServerError {
        message: "the connection is lost".to_owned(),
        code: None,
        notes: Vec::new(),
        offset: None,
    }
}

impl Session for Cut<'_> {
    fn dialect(&self) -> Dialect {
        self.session.dialect()
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<u64, ServerError>> {
        let (sent, heard) = self.next();
        Box::pin(async move {
            let done = if sent {
                self.session.execute(sql).await
            } else {
                Ok(0)
            };
            if heard { done } else { Err(lost()) }
        })
    }

    fn rows<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Option<&'a str>],
    ) -> BoxFuture<'a, Result<Vec<Row>, ServerError>> {
        let (sent, heard) = self.next();
        Box::pin(async move {
            let done = if sent {
                self.session.rows(sql, params).await
            } else {
                Ok(Vec::new())
            };
            if heard { done } else { Err(lost()) }
        })
    }
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
            let mut cut = Cut {
                session: &mut *session,
                left,
                arrives,
                is_lost: false,
            };
            let done = run(&mut cut);
            assert_eq!(done.is_err(), cut.is_lost, "{left} {arrives}");
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

/// Runs until the message that begins so is lost, whether or not it arrived.
pub(crate) fn lose(
    scratch: &Scratch,
    directory: &Directory,
    direction: Direction,
    statement: &str,
    arrives: bool,
) {
    let mut session = connect(scratch);
    let mut cut = CutAt {
        session: &mut *session,
        statement,
        arrives,
        is_lost: false,
    };
    let migrator = migrator(directory.graph());
    block_on(async {
        match direction {
            Direction::Up => migrator.upgrade(&mut cut as &mut dyn Session, "head").await,
            Direction::Down => {
                migrator
                    .downgrade(&mut cut as &mut dyn Session, "base")
                    .await
            }
        }
    })
    .unwrap_err();
    assert!(cut.is_lost, "{statement}");
}

/// As [`Cut`], at a statement that begins so.
struct CutAt<'a> {
    session: &'a mut dyn Session,
    statement: &'a str,
    arrives: bool,
    is_lost: bool,
}

impl Session for CutAt<'_> {
    fn dialect(&self) -> Dialect {
        self.session.dialect()
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<u64, ServerError>> {
        Box::pin(async move {
            if self.is_lost {
                return Err(lost());
            }
            if sql.starts_with(self.statement) {
                self.is_lost = true;
                if self.arrives {
                    self.session.execute(sql).await?;
                }
                return Err(lost());
            }
            self.session.execute(sql).await
        })
    }

    fn rows<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Option<&'a str>],
    ) -> BoxFuture<'a, Result<Vec<Row>, ServerError>> {
        Box::pin(async move {
            match self.is_lost {
                true => Err(lost()),
                false => self.session.rows(sql, params).await,
            }
        })
    }
}

pub(crate) fn upgrade(
    scratch: &Scratch,
    directory: &Directory,
) -> Result<Vec<String>, MigrateError> {
    let report = crate::upgrade(directory.graph(), &mut *connect(scratch))?;
    Ok(steps(&report))
}

/// The error of an upgrade that cannot tell how to go on.
#[track_caller]
pub(crate) fn undecided(
    scratch: &Scratch,
    directory: &Directory,
    why: &Doubt,
) -> migcheck::db::Undecided {
    match upgrade(scratch, directory) {
        Err(MigrateError::Undecided(undecided)) => {
            assert_eq!(undecided.why, *why, "{undecided}");
            *undecided
        }
        other => panic!("{other:?}"),
    }
}

pub(crate) fn resolve(scratch: &Scratch, directory: &Directory, resolution: Resolution) {
    let migrator = migrator(directory.graph());
    block_on(migrator.resolve(&mut *connect(scratch), None, resolution))
        .unwrap_or_else(|error| panic!("{error}"));
}

fn blind(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "blind",
        "CREATE TABLE log (n int);
CREATE PROCEDURE p() BEGIN INSERT INTO log VALUES (1); COMMIT; END;
CALL p();
INSERT INTO log VALUES (2);",
        "DROP PROCEDURE p;\nDROP TABLE log;",
    );
    for (arrives, resolution) in [(false, Resolution::NotApplied), (true, Resolution::Applied)] {
        let scratch = server.scratch();
        lose(&scratch, &directory, Direction::Up, "CALL p()", arrives);
        let error = undecided(&scratch, &directory, &Doubt::Unseen);
        assert_eq!((error.line(), error.statement()), (4, "CALL p()"));
        let said = error.to_string();
        assert!(said.contains("001_blind.up.sql:4:"), "{said}");
        assert!(said.contains("`resolve --as applied`"), "{said}");
        resolve(&scratch, &directory, resolution);
        assert_eq!(upgrade(&scratch, &directory).unwrap(), ["+001"]);
        assert_eq!(
            rows(&mut *connect(&scratch), "SELECT n FROM log ORDER BY n"),
            [["1"], ["2"]]
        );
    }
    // Without a crash nobody is asked anything.
    let scratch = server.scratch();
    assert_eq!(upgrade(&scratch, &directory).unwrap(), ["+001"]);
}

fn without_transactions(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "old",
        "CREATE TABLE old (n int) ENGINE = MyISAM;\nINSERT INTO old (n) VALUES (1);",
        "DROP TABLE old;",
    );
    let scratch = server.scratch();
    lose(&scratch, &directory, Direction::Up, "INSERT INTO old", true);
    undecided(&scratch, &directory, &Doubt::Unseen);
    resolve(&scratch, &directory, Resolution::Applied);
    upgrade(&scratch, &directory).unwrap();
    assert_eq!(rows(&mut *connect(&scratch), "SELECT n FROM old"), [["1"]]);
}

/// The journal cannot be written while they are locked.
fn locked_tables(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "dump",
        "CREATE TABLE t (n int);
LOCK TABLES t WRITE;
INSERT INTO t VALUES (1);
INSERT INTO t VALUES (2);
UNLOCK TABLES;
INSERT INTO t VALUES (3);",
        "DROP TABLE t;",
    );
    let scratch = server.scratch();
    upgrade(&scratch, &directory).unwrap();
    assert_eq!(
        value(&mut *connect(&scratch), "SELECT count(*) FROM t"),
        "3"
    );
    // They need not be given back.
    let open = Directory::new();
    open.add(
        "open",
        "CREATE TABLE t (n int);\nLOCK TABLES t WRITE;\nINSERT INTO t VALUES (1);",
        "DROP TABLE t;",
    );
    open.add("next", "CREATE TABLE u (n int);", "DROP TABLE u;");
    upgrade(&server.scratch(), &open).unwrap();
    let scratch = server.scratch();
    lose(
        &scratch,
        &directory,
        Direction::Up,
        "INSERT INTO t VALUES (2)",
        false,
    );
    let error = undecided(&scratch, &directory, &Doubt::Locked);
    assert_eq!(error.line(), 3);
    assert!(error.statement().starts_with("LOCK TABLES t WRITE"));
    assert!(error.statement().ends_with("UNLOCK TABLES"));
    assert!(
        error.to_string().contains("UNLOCK TABLES, line 6"),
        "{error}"
    );
    // The rest by hand.
    execute(&mut *connect(&scratch), "INSERT INTO t VALUES (2)");
    resolve(&scratch, &directory, Resolution::Applied);
    upgrade(&scratch, &directory).unwrap();
    let all = "SELECT CAST(n AS CHAR) FROM t ORDER BY n";
    assert_eq!(rows(&mut *connect(&scratch), all), [["1"], ["2"], ["3"]]);
    // Or all of it again.
    let scratch = server.scratch();
    let second = "INSERT INTO t VALUES (2)";
    lose(&scratch, &directory, Direction::Up, second, true);
    undecided(&scratch, &directory, &Doubt::Locked);
    execute(&mut *connect(&scratch), "DELETE FROM t");
    resolve(&scratch, &directory, Resolution::NotApplied);
    upgrade(&scratch, &directory).unwrap();
    assert_eq!(rows(&mut *connect(&scratch), all), [["1"], ["2"], ["3"]]);
    // One that fails is told from one that is lost.
    let scratch = server.scratch();
    directory.edit("001_dump.up.sql", "t VALUES (2)", "t VALUES (2, 2)");
    upgrade(&scratch, &directory).unwrap_err();
    directory.edit("001_dump.up.sql", "t VALUES (2, 2)", "t VALUES (2)");
    upgrade(&scratch, &directory).unwrap();
    assert_eq!(
        value(&mut *connect(&scratch), "SELECT count(*) FROM t"),
        "3"
    );
}

fn session_lost(server: &TestServer) {
    let directory = Directory::new();
    directory.add(
        "variables",
        "CREATE TABLE t (n int);
SET @constant = 5;
SELECT 7 INTO @found;
INSERT INTO t VALUES (@constant);
INSERT INTO t VALUES (@found);",
        "DROP TABLE t;",
    );
    let scratch = server.scratch();
    lose(
        &scratch,
        &directory,
        Direction::Up,
        "INSERT INTO t VALUES (@found)",
        true,
    );
    let error = undecided(
        &scratch,
        &directory,
        &Doubt::SessionLost("`@found`".to_owned()),
    );
    assert_eq!(error.line(), 6);
    // By hand: all of it.
    execute(&mut *connect(&scratch), "INSERT INTO t VALUES (7)");
    resolve(&scratch, &directory, Resolution::ScriptApplied);
    let down = "SELECT count(*) FROM _migcheck_revisions WHERE down_script LIKE '%DROP TABLE%'";
    assert_eq!(rows(&mut *connect(&scratch), down), [["1"]]);
    assert_eq!(upgrade(&scratch, &directory).unwrap(), [""; 0]);
    assert_eq!(recorded(&mut *connect(&scratch)), ["001"]);
    // A constant is set again.
    let scratch = server.scratch();
    directory.edit("001_variables.up.sql", "VALUES (@found)", "VALUES (9)");
    lose(
        &scratch,
        &directory,
        Direction::Up,
        "INSERT INTO t VALUES (@constant)",
        false,
    );
    upgrade(&scratch, &directory).unwrap();
    assert_eq!(
        rows(&mut *connect(&scratch), "SELECT n FROM t ORDER BY n"),
        [["5"], ["9"]]
    );
}

/// A revision that fails in the middle, where nothing takes its beginning back.
fn failing() -> Directory {
    let directory = Directory::new();
    directory.add(
        "half",
        "-- migcheck: transaction = false
CREATE TABLE first (id INTEGER PRIMARY KEY);
INSERT INTO first VALUES (1);
INSERT INTO missing VALUES (1);
INSERT INTO first VALUES (2);",
        "DROP TABLE first;",
    );
    directory.add(
        "next",
        "CREATE TABLE second (id INTEGER);",
        "DROP TABLE second;",
    );
    directory
}

fn rewritten(server: &TestServer) {
    let directory = failing();
    let scratch = server.scratch();
    let error = upgrade(&scratch, &directory).unwrap_err();
    assert!(error.to_string().contains("001_half.up.sql:5:"), "{error}");
    directory.edit("001_half.up.sql", "first VALUES (1)", "first VALUES (7)");
    let error = undecided(&scratch, &directory, &Doubt::Rewritten);
    assert_eq!(error.line(), 4);
    directory.edit("001_half.up.sql", "first VALUES (7)", "first VALUES (1)");
    directory.edit("001_half.up.sql", "INSERT INTO missing VALUES (1);", "");
    assert_eq!(upgrade(&scratch, &directory).unwrap(), ["+001", "+002"]);
    // What was mended is what is applied.
    block_on(migrator(directory.graph()).verify(&mut *connect(&scratch))).unwrap();
    assert_eq!(
        value(
            &mut *connect(&scratch),
            "SELECT CAST(count(*) AS CHAR(1)) FROM first"
        ),
        "2"
    );
    let row = "SELECT CAST(statements_done AS CHAR(1)), CAST(statements_total AS CHAR(1)), fingerprint, done_checksum FROM _migcheck_revisions WHERE revision = '001'";
    assert_eq!(rows(&mut *connect(&scratch), row), [["3", "3", "", ""]]);
}

fn unfinished(server: &TestServer) {
    let directory = failing();
    let scratch = server.scratch();
    upgrade(&scratch, &directory).unwrap_err();
    let migrator = migrator(directory.graph());
    let mut session = connect(&scratch);
    let status = block_on(migrator.status(&mut *session)).unwrap();
    let unfinished = status.unfinished.unwrap();
    assert_eq!(unfinished.revision, "001");
    assert_eq!(
        (unfinished.statements_done, unfinished.statements_total),
        (2, 4)
    );
    assert!(!unfinished.in_doubt && status.current.is_empty());
    for error in [
        block_on(migrator.verify(&mut *session)).unwrap_err(),
        block_on(migrator.downgrade(&mut *session, "base")).unwrap_err(),
        block_on(migrator.stamp(&mut *session, "head", false)).unwrap_err(),
    ] {
        assert!(matches!(error, MigrateError::Unfinished(_)), "{error}");
        assert_eq!(
            error.to_string(),
            "the up script of `001` has run 2 of its 4 statements; `upgrade` goes on with it, or, \
             when you have finished or undone it by hand, say so with `resolve --script`"
        );
    }
    execute(&mut *session, "DROP TABLE first");
    let mut resolve = |revision, resolution| {
        block_on(migrator.resolve(&mut *session, Some(revision), resolution))
    };
    resolve("002", Resolution::ScriptNotApplied).unwrap_err();
    // No statement is in doubt: an answer about one is not taken for one about those that never ran.
    for resolution in [Resolution::Applied, Resolution::NotApplied] {
        assert!(matches!(
            resolve("001", resolution),
            Err(MigrateError::NothingInDoubt(_))
        ));
    }
    resolve("001", Resolution::ScriptNotApplied).unwrap();
    assert_eq!(
        value(
            &mut *session,
            "SELECT CAST(count(*) AS CHAR(1)) FROM _migcheck_revisions"
        ),
        "0"
    );
}

/// As somebody does who mends what stopped it by another revision.
fn put_before(server: &TestServer) {
    let directory = Directory::new();
    directory.add("one", "CREATE TABLE one (id INTEGER);", "DROP TABLE one;");
    let script = |parent| {
        let up = format!(
            "-- migcheck: revises = \"{parent}\"\n-- migcheck: transaction = false\n\
             CREATE TABLE three (id INTEGER);\nINSERT INTO later VALUES (3);"
        );
        directory.write("003_three.up.sql", &up);
    };
    script("001");
    directory.write("003_three.down.sql", "DROP TABLE three;");
    let scratch = server.scratch();
    upgrade(&scratch, &directory).unwrap_err();
    directory.write(
        "002_two.up.sql",
        "-- migcheck: revises = \"001\"\nCREATE TABLE later (id INTEGER);",
    );
    directory.write("002_two.down.sql", "DROP TABLE later;");
    script("002");
    let report = upgrade(&scratch, &directory).unwrap();
    assert_eq!(report, ["+002", "+003"]);
}

fn role(server: &TestServer) {
    let directory = Directory::new();
    let role = format!("plain_{}", std::process::id());
    directory.add(
        "role",
        &format!(
            "-- migcheck: transaction = false\nCREATE TABLE t (n integer);\nGRANT ALL ON t TO {role};\nSET ROLE {role};\nINSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);"
        ),
        "DROP TABLE t;",
    );
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    execute(&mut *session, &format!("CREATE ROLE {role}"));
    lose(
        &scratch,
        &directory,
        Direction::Up,
        "INSERT INTO t VALUES (2)",
        false,
    );
    upgrade(&scratch, &directory).unwrap();
    assert_eq!(value(&mut *session, "SELECT count(*) FROM t"), "2");
    assert!(has_table(&mut *session, "t"));
    execute(&mut *session, &format!("DROP TABLE t; DROP ROLE {role}"));
}
