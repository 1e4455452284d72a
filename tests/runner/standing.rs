//! What a run says of where a database stands, and what is recorded without being run.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use migcheck::db::session::BoxFuture;
use migcheck::db::{Resolution, RevisionState, Row, ServerError, Session};
use migcheck::{Dialect, Direction, MigrateError};

use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{execute, four_tables, has_table, migrator, recorded, rows, steps, upgrade, value};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("a_status_says_it_all", status),
        Case::new("nothing_to_do_is_one_round_trip", one_round_trip),
        Case::new("a_database_that_is_ahead_is_told", ahead),
        Case::new("another_directory_is_told", other_directory),
        Case::new("tables_without_a_history_stop_a_run", not_empty),
        Case::new("the_history_of_another_tool_is_named", peer),
        Case::new("a_stamp_is_recorded_and_not_run", stamp),
        Case::new("revisions_are_stamped_with_what_they_need", stamp_revisions),
        Case::new("a_plan_changes_nothing", plan),
        Case::new("an_older_history_table_gets_its_columns", older_table),
        Case::new("the_history_may_be_in_another_schema", other_schema)
            .only(|server| server.dialect() == Dialect::Postgres),
        Case::new(
            "without_anything_unfinished_nothing_is_resolved",
            resolve_nothing,
        ),
    ]
}

fn status(server: &TestServer) {
    let directory = four_tables();
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(directory.graph());
    let status = block_on(migrator.status(&mut *session)).unwrap();
    assert!(!status.has_history && status.current.is_empty() && status.last_applied.is_none());
    assert_eq!(status.pending, ["001", "002", "003", "004"]);

    block_on(migrator.upgrade(&mut *session, "003")).unwrap();
    let error = block_on(migrator.verify(&mut *session)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "not applied yet: 004; `upgrade` applies them"
    );
    assert_eq!(block_on(migrator.pending(&mut *session)).unwrap(), ["004"]);
    directory.edit("002_two.up.sql", "(id", "(number");
    directory
        .remove("003_three.up.sql")
        .remove("003_three.down.sql");
    directory.edit("004_four.up.sql", "\"003\"", "\"002\"");
    let status = block_on(crate::migrator(directory.graph()).status(&mut *session)).unwrap();
    assert!(status.has_history && status.unfinished.is_none());
    assert_eq!(status.current, ["002"]);
    assert_eq!(status.unknown, ["003"]);
    assert_eq!(status.edited, ["002"]);
    assert_eq!(status.pending, ["004"]);
    let row = status.rows.last().unwrap();
    assert_eq!(row.revision, "003");
    assert_eq!(row.state, RevisionState::Applied);
    assert_eq!(row.parents.as_deref(), Some(&["002".to_owned()][..]));
    assert!(row.has_down_script);
    let last = status.last_applied.unwrap();
    assert_eq!(last, row.applied_at);
    assert!(
        last.starts_with("20") && last.contains('T') && last.ends_with('Z'),
        "{last}"
    );
    let ids = |rows: Vec<migcheck::db::HistoryRow>| -> Vec<String> {
        rows.into_iter().map(|row| row.revision).collect()
    };
    assert_eq!(
        ids(block_on(migrator.history(&mut *session)).unwrap()),
        ["001", "002", "003"]
    );
}

/// Counts what is sent.
struct Counted<'a> {
    session: &'a mut dyn Session,
    sent: Arc<AtomicUsize>,
}

impl Session for Counted<'_> {
    fn dialect(&self) -> Dialect {
        self.session.dialect()
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<u64, ServerError>> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.session.execute(sql)
    }

    fn rows<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Option<&'a str>],
    ) -> BoxFuture<'a, Result<Vec<Row>, ServerError>> {
        // With parameters a statement is prepared first.
        assert!(params.is_empty(), "{sql}");
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.session.rows(sql, params)
    }
}

fn one_round_trip(server: &TestServer) {
    let directory = four_tables();
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(directory.graph());
    block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    let sent = Arc::new(AtomicUsize::new(0));
    let mut counted = Counted {
        session: &mut *session,
        sent: Arc::clone(&sent),
    };
    let counted: &mut dyn Session = &mut counted;
    block_on(migrator.upgrade(&mut *counted, "head")).unwrap();
    assert_eq!(sent.swap(0, Ordering::Relaxed), 1);
    block_on(migrator.verify(&mut *counted)).unwrap();
    assert_eq!(sent.swap(0, Ordering::Relaxed), 1);
    block_on(migrator.status(&mut *counted)).unwrap();
    assert_eq!(sent.load(Ordering::Relaxed), 1);
}

fn ahead(server: &TestServer) {
    let directory = four_tables();
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    upgrade(directory.graph(), &mut *session).unwrap();
    directory
        .remove("004_four.up.sql")
        .remove("004_four.down.sql");
    let older = migrator(directory.graph());
    for error in [
        block_on(older.upgrade(&mut *session, "head")).unwrap_err(),
        block_on(older.verify(&mut *session)).unwrap_err(),
        block_on(older.current(&mut *session)).unwrap_err(),
        block_on(older.stamp(&mut *session, "base", false)).unwrap_err(),
    ] {
        assert!(
            matches!(&error, MigrateError::Ahead(ids) if *ids == ["004"]),
            "{error}"
        );
        assert!(error.to_string().contains("allow_ahead"), "{error}");
    }
    let older = older.allow_ahead(true);
    assert_eq!(
        steps(&block_on(older.upgrade(&mut *session, "head")).unwrap()),
        [""; 0]
    );
    block_on(older.verify(&mut *session)).unwrap();
    assert_eq!(recorded(&mut *session).len(), 4);
    // While the newer one migrates, the older one serves.
    execute(
        &mut *session,
        "UPDATE _migcheck_revisions SET state = 'applying' WHERE revision = '004'",
    );
    block_on(older.verify(&mut *session)).unwrap();
}

fn other_directory(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let other = Directory::new();
    other.write(
        "101_x.up.sql",
        "-- migcheck: revises = \"base\"\nCREATE TABLE x (id INTEGER);",
    );
    other.write("101_x.down.sql", "DROP TABLE x;");
    upgrade(four_tables().graph(), &mut *session).unwrap();
    let other = migrator(other.graph()).allow_ahead(true);
    let error = block_on(other.upgrade(&mut *session, "head")).unwrap_err();
    assert!(matches!(error, MigrateError::OtherDirectory(_)), "{error}");
    assert!(
        error
            .to_string()
            .starts_with("nothing that is applied is in the directory: 001, 002, 003, 004; "),
        "{error}"
    );
    assert!(!has_table(&mut *session, "x"));
}

fn not_empty(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    for table in ["users", "posts", "tags", "votes"] {
        execute(&mut *session, &format!("CREATE TABLE {table} (id INTEGER)"));
    }
    let migrator = migrator(four_tables().graph());
    let error = block_on(migrator.upgrade(&mut *session, "head")).unwrap_err();
    let MigrateError::NotEmpty(stranger) = &error else {
        panic!("{error}");
    };
    assert_eq!(stranger.tables, ["posts", "tags", "users"]);
    assert_eq!((stranger.count, &stranger.peer), (4, &None));
    let said = error.to_string();
    assert!(said.contains("4 tables: posts, tags, users, …"), "{said}");
    assert!(said.contains("`stamp base`"), "{said}");
    assert!(!has_table(&mut *session, "_migcheck_revisions"));
    // A person says that they have nothing to do with it.
    block_on(migrator.stamp(&mut *session, "base", false)).unwrap();
    let report = block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(report.steps.len(), 4);
}

fn peer(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    execute(
        &mut *session,
        "CREATE TABLE alembic_version (version_num VARCHAR(32))",
    );
    let migrator = migrator(four_tables().graph());
    let error = block_on(migrator.upgrade(&mut *session, "head")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the database has no history table, but `alembic_version`, the history of alembic; \
         `adopt` takes that over"
    );
}

fn stamp(server: &TestServer) {
    let directory = four_tables();
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(directory.graph());
    let report = block_on(migrator.stamp(&mut *session, "003", false)).unwrap();
    assert_eq!(steps(&report), ["+001", "+002", "+003"]);
    assert_eq!(report.current, ["003"]);
    assert!(!has_table(&mut *session, "three"));
    let report = block_on(migrator.stamp(&mut *session, "002", false)).unwrap();
    assert_eq!(steps(&report), ["-003"]);
    assert_eq!(block_on(migrator.current(&mut *session)).unwrap(), ["002"]);
    let report = block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(steps(&report), ["+003", "+004"]);
    // What nobody knows can only be forgotten altogether.
    execute(
        &mut *session,
        "UPDATE _migcheck_revisions SET revision = 'x' WHERE revision = '004'",
    );
    block_on(migrator.stamp(&mut *session, "001", false)).unwrap_err();
    block_on(migrator.stamp(&mut *session, "001", true)).unwrap();
    assert_eq!(recorded(&mut *session), ["001"]);
}

fn stamp_revisions(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(four_tables().graph());
    let error = block_on(migrator.stamp_revisions(&mut *session, &["001", "003"])).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("applied without what it builds on: 003"),
        "{error}"
    );
    let error = block_on(migrator.stamp_revisions(&mut *session, &["001", "x"])).unwrap_err();
    assert!(error.to_string().contains('x'), "{error}");
    let report = block_on(migrator.stamp_revisions(&mut *session, &["002", "001"])).unwrap();
    assert_eq!(steps(&report), ["+001", "+002"]);
    let report = block_on(migrator.stamp_revisions(&mut *session, &["003"])).unwrap();
    assert_eq!(steps(&report), ["+003"]);
}

fn plan(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(four_tables().graph());
    let plan = block_on(migrator.plan(&mut *session, "002", Direction::Up)).unwrap();
    assert_eq!(plan.steps.len(), 2);
    assert!(!has_table(&mut *session, "_migcheck_revisions"));
    block_on(migrator.upgrade(&mut *session, "002")).unwrap();
    let plan = block_on(migrator.plan(&mut *session, "base", Direction::Down)).unwrap();
    assert_eq!(plan.steps.len(), 2);
}

/// The shape that 0.1.0 was first given.
fn older_table(server: &TestServer) {
    let sql = match server.dialect() {
        Dialect::Postgres => {
            "CREATE TABLE _migcheck_revisions (revision varchar(128) PRIMARY KEY, state varchar(16) NOT NULL, checksum char(64) NOT NULL, chain char(64) NOT NULL, statements_done integer NOT NULL, statements_total integer NOT NULL, fingerprint char(64), down_script text, applied_at timestamptz NOT NULL DEFAULT clock_timestamp(), milliseconds bigint NOT NULL, applied_by text NOT NULL DEFAULT current_user, version varchar(32) NOT NULL, newer text)"
        }
        Dialect::MySql => {
            "CREATE TABLE _migcheck_revisions (revision varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY, state varchar(16) NOT NULL, checksum char(64) NOT NULL, chain char(64) NOT NULL, statements_done int NOT NULL, statements_total int NOT NULL, fingerprint char(64), down_script longtext, applied_at timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), milliseconds bigint NOT NULL, applied_by varchar(256) NOT NULL, version varchar(32) NOT NULL, newer text) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4"
        }
        Dialect::Sqlite => {
            "CREATE TABLE _migcheck_revisions (revision text PRIMARY KEY NOT NULL, state text NOT NULL, checksum text NOT NULL, chain text NOT NULL, statements_done integer NOT NULL, statements_total integer NOT NULL, fingerprint text, down_script text, applied_at text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')), milliseconds integer NOT NULL, applied_by text NOT NULL DEFAULT '', version text NOT NULL, newer text) WITHOUT ROWID"
        }
    };
    let directory = four_tables();
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    execute(&mut *session, sql);
    let graph = directory.graph();
    for (table, revision) in ["one", "two"].iter().zip(graph.revisions()) {
        execute(
            &mut *session,
            &format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY)"),
        );
        let script = revision.script(Direction::Up, server.dialect()).unwrap();
        execute(
            &mut *session,
            &format!(
                "INSERT INTO _migcheck_revisions (revision, state, checksum, chain, statements_done, statements_total, milliseconds, applied_by, version, newer) VALUES ('{}', 'applied', '{}', '{}', 1, 1, 5, 'me', '0.0.9', 'kept')",
                revision.id, script.checksum, revision.chain
            ),
        );
    }
    let migrator = migrator(graph);
    // Nobody need write to be told.
    let status = block_on(migrator.status(&mut *session)).unwrap();
    assert_eq!(status.current, ["002"]);
    assert_eq!(status.rows[0].parents, None);
    assert_eq!(status.rows[0].version, "0.0.9");
    let report = block_on(migrator.upgrade(&mut *session, "003")).unwrap();
    assert_eq!(steps(&report), ["+003"]);
    let kept =
        "SELECT revision, version, newer, parents FROM _migcheck_revisions ORDER BY revision";
    assert_eq!(
        rows(&mut *session, kept),
        [
            ["001", "0.0.9", "kept", ""],
            ["002", "0.0.9", "kept", ""],
            ["003", env!("CARGO_PKG_VERSION"), "", "002"]
        ]
    );
    let report = block_on(migrator.downgrade(&mut *session, "base")).unwrap();
    assert_eq!(report.steps.len(), 3);
}

fn other_schema(server: &TestServer) {
    let directory = four_tables();
    directory.write(
        "migcheck.toml",
        "layout = \"native\"\n[naming]\nfile = \"{seq}_{slug}\"\n[history]\ntable = \"done\"\nschema = \"books\"\n",
    );
    directory.edit(
        "002_two.up.sql",
        "CREATE TABLE",
        "SET search_path = nowhere, public;\nCREATE TABLE",
    );
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(directory.graph());
    assert!(
        !block_on(migrator.status(&mut *session))
            .unwrap()
            .has_history
    );
    block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(value(&mut *session, "SELECT count(*) FROM books.done"), "4");
    assert_eq!(
        steps(&block_on(migrator.upgrade(&mut *session, "head")).unwrap()),
        [""; 0]
    );
    // Another schema is another tenant.
    execute(
        &mut *session,
        "CREATE SCHEMA tenant; SET search_path = tenant",
    );
    let tenant = migrator.history_schema("tenant");
    assert_eq!(block_on(tenant.pending(&mut *session)).unwrap().len(), 4);
}

fn resolve_nothing(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(four_tables().graph());
    block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    let error = block_on(migrator.resolve(&mut *session, None, Resolution::Applied)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "nothing is unfinished, so there is nothing to resolve"
    );
}
