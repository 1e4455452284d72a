//! Applied revisions that do not fit the directory: passed over, renamed, deleted, or half applied by a
//! newer program.

use migcheck::db::session::BoxFuture;
use migcheck::db::{HistoryRow, Row, ServerError, Session};
use migcheck::{Dialect, Direction, MigrateError, Migrator};

use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{execute, has_table, migrator, recorded, rows, steps, upgrade};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("misfits::a_gap_is_named_and_stops_a_run", gap),
        Case::new("misfits::a_gap_is_closed_out_of_order", out_of_order),
        Case::new("misfits::a_gap_is_closed_by_a_higher_number", on_top),
        Case::new("misfits::a_gap_is_left_downwards", downwards),
        Case::new("misfits::a_gap_is_recorded", stamped),
        Case::new("misfits::several_gaps", several_gaps),
        Case::new("misfits::a_renamed_file_is_not_run_again", renamed),
        Case::new("misfits::all_files_renamed", all_renamed),
        Case::new("misfits::no_statements_are_no_rename", empty_scripts),
        Case::new("misfits::what_is_built_upon_is_not_ahead", deleted),
        Case::new("misfits::the_base_is_below_everything", below_base),
        Case::new("misfits::nothing_on_a_newer_half", newer_half),
        Case::new("misfits::a_purge_in_safe_mode", safe_purge)
            .only(|server| server.dialect() == Dialect::MySql),
    ]
}

fn file(directory: &Directory, id: &str, table: &str) {
    let up = format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY);");
    directory.write(&format!("{id}_x.up.sql"), up);
    directory.write(&format!("{id}_x.down.sql"), format!("DROP TABLE {table};"));
}

fn remove(directory: &Directory, id: &str) {
    let up = format!("{id}_x.up.sql");
    directory.remove(&up).remove(&format!("{id}_x.down.sql"));
}

/// A folder of sqlx, in which the numbers are the order.
fn numbered(ids: &[&str]) -> Directory {
    let directory = Directory::new();
    directory.write("migcheck.toml", "layout = \"sqlx\"\n");
    for id in ids {
        file(&directory, id, &format!("t{id}"));
    }
    directory
}

/// `2` was merged after `3` was applied.
fn late(session: &mut dyn Session) -> (Directory, Migrator) {
    let directory = numbered(&["1", "3"]);
    upgrade(directory.graph(), session).unwrap();
    file(&directory, "2", "t2");
    file(&directory, "4", "t4");
    let migrator = migrator(directory.graph());
    (directory, migrator)
}

fn ids(rows: Vec<HistoryRow>) -> Vec<String> {
    rows.into_iter().map(|row| row.revision).collect()
}

fn gap(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let session = &mut *session;
    let (_directory, migrator) = late(session);
    let status = block_on(migrator.status(&mut *session)).unwrap();
    assert_eq!(status.current, ["3"]);
    assert_eq!(status.pending, ["2", "4"]);
    assert_eq!(status.applied(migrator.graph()), [true, false, true, false]);
    let skipped = status.skipped.unwrap();
    assert_eq!(skipped.revisions, ["2"]);
    assert_eq!(
        (skipped.below, skipped.at),
        (vec!["3".to_owned()], vec!["3".to_owned()])
    );
    assert_eq!(block_on(migrator.current(&mut *session)).unwrap(), ["3"]);
    assert_eq!(
        block_on(migrator.pending(&mut *session)).unwrap(),
        ["2", "4"]
    );
    assert_eq!(
        ids(block_on(migrator.history(&mut *session)).unwrap()),
        ["1", "3"]
    );
    let ahead = migrator.clone().allow_ahead(true);
    for error in [
        block_on(migrator.upgrade(&mut *session, "head")).unwrap_err(),
        block_on(ahead.upgrade(&mut *session, "head")).unwrap_err(),
        // They need it, and do not name it.
        block_on(migrator.upgrade(&mut *session, "4")).unwrap_err(),
        block_on(migrator.upgrade(&mut *session, "+1")).unwrap_err(),
        // Steps are counted along what is applied.
        block_on(migrator.downgrade(&mut *session, "-1")).unwrap_err(),
        block_on(migrator.plan(&mut *session, "head", Direction::Up)).unwrap_err(),
        block_on(migrator.stamp(&mut *session, "head", false)).unwrap_err(),
        block_on(migrator.verify(&mut *session)).unwrap_err(),
        block_on(ahead.verify(&mut *session)).unwrap_err(),
        block_on(migrator.verify_schema(&mut *session)).unwrap_err(),
    ] {
        assert!(matches!(error, MigrateError::Skipped(_)), "{error}");
        assert_eq!(
            error.to_string(),
            "not applied, though what builds on it is: 2 (below 3); move it on top of `3`, which was \
             applied here before: by a higher number, or, where scripts say what they revise, there; or \
             apply it now, out of order: `cargo migcheck upgrade 2`; or, if the database has it already, record that: \
             `cargo migcheck stamp 2`"
        );
    }
    assert_eq!(recorded(session), ["1", "3"]);
    assert!(!has_table(session, "t2") && !has_table(session, "t4"));
    block_on(migrator.stamp(&mut *session, "3", true)).unwrap();
    assert_eq!(recorded(session), ["1", "2", "3"]);
}

fn out_of_order(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let session = &mut *session;
    let (directory, migrator) = late(session);
    let plan = block_on(migrator.plan(&mut *session, "2", Direction::Up)).unwrap();
    assert_eq!(plan.steps.len(), 1);
    let report = block_on(migrator.upgrade(&mut *session, "2")).unwrap();
    assert_eq!(
        (steps(&report), report.current),
        (vec!["+2".to_owned()], vec!["3".to_owned()])
    );
    let error = block_on(migrator.verify(&mut *session)).unwrap_err();
    assert!(
        matches!(&error, MigrateError::Pending(ids) if *ids == ["4"]),
        "{error}"
    );
    let report = block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(steps(&report), ["+4"]);
    block_on(migrator.verify(&mut *session)).unwrap();
    assert_eq!(
        ids(block_on(migrator.history(&mut *session)).unwrap()),
        ["1", "3", "2", "4"]
    );
    // To a program that does not have it, it is one more.
    remove(&directory, "2");
    let older = crate::migrator(directory.graph());
    let error = block_on(older.verify(&mut *session)).unwrap_err();
    assert!(
        matches!(&error, MigrateError::Ahead(ids) if *ids == ["2"]),
        "{error}"
    );
    block_on(older.allow_ahead(true).verify(&mut *session)).unwrap();
    let report = block_on(migrator.downgrade(&mut *session, "base")).unwrap();
    assert_eq!(steps(&report), ["-4", "-3", "-2", "-1"]);
    assert!(!has_table(session, "t2") && !has_table(session, "t3"));
}

fn on_top(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let session = &mut *session;
    let (directory, _) = late(session);
    remove(&directory, "2");
    file(&directory, "5", "t2");
    let report = upgrade(directory.graph(), session).unwrap();
    assert_eq!(steps(&report), ["+4", "+5"]);
}

fn downwards(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let session = &mut *session;
    let (_directory, migrator) = late(session);
    let error = block_on(migrator.downgrade(&mut *session, "2")).unwrap_err();
    assert!(
        error.to_string().starts_with("`2` is not applied"),
        "{error}"
    );
    let report = block_on(migrator.downgrade(&mut *session, "1")).unwrap();
    assert_eq!(
        (steps(&report), report.current),
        (vec!["-3".to_owned()], vec!["1".to_owned()])
    );
    assert!(!has_table(session, "t3"));
    let report = block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(steps(&report), ["+2", "+3", "+4"]);
    block_on(migrator.verify(&mut *session)).unwrap();
}

fn stamped(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let session = &mut *session;
    let (_directory, migrator) = late(session);
    execute(session, "CREATE TABLE t2 (id INTEGER PRIMARY KEY)");
    let report = block_on(migrator.stamp(&mut *session, "2", false)).unwrap();
    assert_eq!(steps(&report), ["+2"]);
    let report = block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(steps(&report), ["+4"]);
    let report = block_on(migrator.downgrade(&mut *session, "base")).unwrap();
    assert_eq!(report.steps.len(), 4);
}

fn several_gaps(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let session = &mut *session;
    let directory = numbered(&["1", "3", "5"]);
    upgrade(directory.graph(), session).unwrap();
    file(&directory, "2", "t2");
    file(&directory, "4", "t4");
    let migrator = migrator(directory.graph());
    let error = block_on(migrator.upgrade(&mut *session, "head")).unwrap_err();
    let said = error.to_string();
    assert!(
        said.starts_with("not applied, though what builds on them is: 2, 4 (below 3, 5); "),
        "{said}"
    );
    assert!(said.contains("`cargo migcheck upgrade 4`"), "{said}");
    let report = block_on(migrator.upgrade(&mut *session, "4")).unwrap();
    assert_eq!(steps(&report), ["+2", "+4"]);
    block_on(migrator.verify(&mut *session)).unwrap();
}

fn renamed(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let session = &mut *session;
    let directory = numbered(&["1", "2"]);
    upgrade(directory.graph(), session).unwrap();
    remove(&directory, "2");
    file(&directory, "02", "t2");
    let migrator = migrator(directory.graph());
    let ahead = migrator.clone().allow_ahead(true);
    for error in [
        block_on(migrator.upgrade(&mut *session, "head")).unwrap_err(),
        block_on(ahead.upgrade(&mut *session, "head")).unwrap_err(),
        block_on(ahead.verify(&mut *session)).unwrap_err(),
        block_on(ahead.current(&mut *session)).unwrap_err(),
        block_on(ahead.stamp(&mut *session, "head", false)).unwrap_err(),
    ] {
        assert!(matches!(error, MigrateError::Renamed(_)), "{error}");
        assert_eq!(
            error.to_string(),
            "renamed after it was applied: `2` is `02` now; give the file the id back under which it was \
             applied; or record the new id, which runs nothing: `cargo migcheck stamp 02 --purge`"
        );
    }
    let status = block_on(migrator.status(&mut *session)).unwrap();
    let pair = ("2".to_owned(), "02".to_owned());
    assert_eq!(status.renamed.unwrap().revisions, [pair]);
    assert_eq!(recorded(session), ["1", "2"]);
    block_on(migrator.stamp(&mut *session, "02", true)).unwrap();
    block_on(migrator.verify(&mut *session)).unwrap();

    // Another revision came before it: it can only go, and come back.
    remove(&directory, "02");
    file(&directory, "7", "t7");
    file(&directory, "8", "t2");
    let moved = crate::migrator(directory.graph()).allow_ahead(true);
    let error = block_on(moved.upgrade(&mut *session, "head")).unwrap_err();
    let said = error.to_string();
    assert!(
        said.starts_with("renamed after it was applied: `02` is `8` now; "),
        "{said}"
    );
    assert!(said.ends_with("`cargo migcheck downgrade 1`"), "{said}");
    assert!(!said.contains("stamp"), "{said}");
    let report = block_on(moved.downgrade(&mut *session, "1")).unwrap();
    assert_eq!(steps(&report), ["-02"]);
    let report = block_on(moved.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(steps(&report), ["+7", "+8"]);
}

fn all_renamed(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let session = &mut *session;
    let directory = numbered(&["1", "2"]);
    upgrade(directory.graph(), session).unwrap();
    for id in ["1", "2"] {
        remove(&directory, id);
        file(&directory, &format!("0{id}"), &format!("t{id}"));
    }
    let error = upgrade(directory.graph(), session).unwrap_err();
    assert_eq!(
        error.to_string(),
        "renamed after they were applied: `1` is `01` now, `2` is `02` now; give the files the ids back \
         under which they were applied; or record the new ids, which runs nothing: `cargo migcheck stamp 02 \
         --purge`"
    );
    assert_eq!(recorded(session), ["1", "2"]);
    // One script that both have makes no other project this one.
    remove(&directory, "02");
    let error = upgrade(directory.graph(), session).unwrap_err();
    assert!(matches!(error, MigrateError::OtherDirectory(_)), "{error}");
}

/// Every merge has the script of every other.
fn empty_scripts(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let session = &mut *session;
    let directory = numbered(&["1"]);
    directory.write("2_x.up.sql", "-- nothing\n");
    directory.write("2_x.down.sql", "-- nothing\n");
    upgrade(directory.graph(), session).unwrap();
    remove(&directory, "2");
    directory.write("3_x.up.sql", "-- nothing\n");
    directory.write("3_x.down.sql", "-- nothing\n");
    let migrator = migrator(directory.graph()).allow_ahead(true);
    let report = block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(steps(&report), ["+3"]);
}

fn deleted(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let session = &mut *session;
    let directory = numbered(&["1", "2", "3", "4"]);
    block_on(migrator(directory.graph()).upgrade(&mut *session, "3")).unwrap();
    remove(&directory, "2");
    let migrator = migrator(directory.graph()).allow_ahead(true);
    for error in [
        block_on(migrator.upgrade(&mut *session, "head")).unwrap_err(),
        // What it needs comes down after it, and that is not known here.
        block_on(migrator.downgrade(&mut *session, "1")).unwrap_err(),
        block_on(migrator.verify(&mut *session)).unwrap_err(),
    ] {
        assert_eq!(
            error.to_string(),
            "applied below what the directory has, and not in it: 2; its file was deleted or renamed: \
             restore what was applied (`git log --diff-filter=DR --summary`); or, if the other files do \
             what it did, record that the database has all of them: `cargo migcheck stamp 3 --purge`"
        );
    }
    assert_eq!(recorded(session), ["1", "2", "3"]);
    let status = block_on(migrator.status(&mut *session)).unwrap();
    assert_eq!(status.deleted.unwrap().revisions, ["2"]);
    block_on(migrator.stamp(&mut *session, "3", true)).unwrap();
    let report = block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(steps(&report), ["+4"]);
}

fn below_base(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let session = &mut *session;
    let directory = Directory::new();
    let config = "layout = \"native\"\nheads = 2\nbases = 2\n[naming]\nfile = \"{seq}_{slug}\"\n";
    directory.write("migcheck.toml", config);
    for (id, table) in [("1", "a"), ("7", "z")] {
        directory.write(
            &format!("{id}_x.up.sql"),
            format!("-- migcheck: revises = \"base\"\nCREATE TABLE {table} (id INTEGER);"),
        );
        directory.write(&format!("{id}_x.down.sql"), format!("DROP TABLE {table};"));
    }
    block_on(migrator(directory.graph()).upgrade(&mut *session, "heads")).unwrap();
    remove(&directory, "7");
    let older = migrator(directory.graph());
    // What stands beside the target stays.
    let report = block_on(older.downgrade(&mut *session, "1")).unwrap();
    assert_eq!(steps(&report), [""; 0]);
    let report = block_on(older.downgrade(&mut *session, "base")).unwrap();
    assert_eq!(steps(&report), ["-7", "-1"]);
    assert!(!has_table(session, "z") && recorded(session).is_empty());
}

fn newer_half(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let session = &mut *session;
    let directory = numbered(&["1", "5"]);
    upgrade(directory.graph(), session).unwrap();
    execute(
        session,
        "UPDATE _migcheck_revisions SET state = 'applying', statements_done = 0 WHERE revision = '5'",
    );
    remove(&directory, "5");
    let older = migrator(directory.graph()).allow_ahead(true);
    // A newer release is at it, as it should be, and there is nothing to do.
    let report = block_on(older.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(steps(&report), [""; 0]);
    file(&directory, "6", "t6");
    let older = migrator(directory.graph()).allow_ahead(true);
    let error = block_on(older.upgrade(&mut *session, "head")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the up script of `5` has run 0 of its 1 statements, and is not in the directory; the program \
         that has it goes on with it, or, when you have finished or undone it by hand, say so with \
         `resolve --script`"
    );
    assert!(!has_table(session, "t6"));
    execute(
        session,
        "UPDATE _migcheck_revisions SET state = 'applied' WHERE revision = '5'",
    );
    let report = block_on(older.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(steps(&report), ["+6"]);
}

/// A session that is in safe mode whatever its settings are set back to.
struct Safe<'a>(&'a mut dyn Session);

impl Session for Safe<'_> {
    fn dialect(&self) -> Dialect {
        self.0.dialect()
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<u64, ServerError>> {
        Box::pin(async move {
            let done = self.0.execute(sql).await?;
            if sql.contains("sql_safe_updates") {
                self.0.execute("SET SESSION sql_safe_updates = 1").await?;
            }
            Ok(done)
        })
    }

    fn rows<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Option<&'a str>],
    ) -> BoxFuture<'a, Result<Vec<Row>, ServerError>> {
        self.0.rows(sql, params)
    }
}

fn safe_purge(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let directory = numbered(&["1", "2", "3"]);
    let migrator = migrator(directory.graph());
    let safe: &mut dyn Session = &mut Safe(&mut *session);
    block_on(migrator.upgrade(&mut *safe, "head")).unwrap();
    let safe_mode = rows(&mut *safe, "SELECT @@sql_safe_updates");
    assert_eq!(safe_mode, [["1"]]);
    block_on(migrator.stamp(&mut *safe, "1", true)).unwrap();
    assert_eq!(recorded(&mut *safe), ["1"]);
}
