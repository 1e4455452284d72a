//! Older programs on newer databases: they take down what they do not know.

use migcheck::MigrateError;

use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{execute, four_tables, has_table, migrator, recorded, steps, upgrade};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "an_older_program_takes_down_a_newer_one's_revisions",
            stored_scripts,
        ),
        Case::new(
            "a_revision_that_only_the_database_knows_is_a_target",
            foreign_target,
        ),
        Case::new("what_does_not_build_on_the_target_stays", other_branch),
        Case::new("without_a_script_nothing_is_taken_down", no_script),
    ]
}

/// As it was before the last two revisions.
fn older(directory: &Directory) {
    directory
        .remove("004_four.up.sql")
        .remove("004_four.down.sql");
    directory
        .remove("003_three.up.sql")
        .remove("003_three.down.sql");
}

fn stored_scripts(server: &TestServer) {
    let directory = four_tables();
    directory.write(
        "004_four.down.sql",
        "-- migcheck: transaction = false\nDROP TABLE four;",
    );
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    upgrade(directory.graph(), &mut *session).unwrap();
    older(&directory);
    let older = migrator(directory.graph());
    // Steps are counted from what is known.
    let error = block_on(older.downgrade(&mut *session, "-1")).unwrap_err();
    assert!(matches!(error, MigrateError::Ahead(_)), "{error}");
    let report = block_on(older.downgrade(&mut *session, "002")).unwrap();
    assert_eq!(steps(&report), ["-004", "-003"]);
    assert_eq!(report.current, ["002"]);
    assert!(!has_table(&mut *session, "three") && has_table(&mut *session, "two"));
    block_on(older.verify(&mut *session)).unwrap();
}

fn foreign_target(server: &TestServer) {
    let directory = four_tables();
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    upgrade(directory.graph(), &mut *session).unwrap();
    older(&directory);
    let older = migrator(directory.graph());
    let report = block_on(older.downgrade(&mut *session, "003")).unwrap();
    assert_eq!(steps(&report), ["-004"]);
    assert_eq!(recorded(&mut *session), ["001", "002", "003"]);
    let report = block_on(older.downgrade(&mut *session, "base")).unwrap();
    assert_eq!(steps(&report), ["-003", "-002", "-001"]);
}

fn other_branch(server: &TestServer) {
    let directory = Directory::new();
    let config = "layout = \"native\"\nheads = 2\n[naming]\nfile = \"{seq}_{slug}\"\n";
    directory.write("migcheck.toml", config);
    for (id, parent) in [
        ("001", "base"),
        ("002", "001"),
        ("003", "001"),
        ("004", "003"),
    ] {
        directory.write(
            &format!("{id}_t.up.sql"),
            format!("-- migcheck: revises = \"{parent}\"\nCREATE TABLE t{id} (id INTEGER);"),
        );
        directory.write(&format!("{id}_t.down.sql"), format!("DROP TABLE t{id};"));
    }
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    block_on(migrator(directory.graph()).upgrade(&mut *session, "heads")).unwrap();
    directory.remove("003_t.up.sql").remove("003_t.down.sql");
    directory.remove("004_t.up.sql").remove("004_t.down.sql");
    let older = migrator(directory.graph());
    assert_eq!(
        steps(&block_on(older.downgrade(&mut *session, "002")).unwrap()),
        [""; 0]
    );
    let report = block_on(older.downgrade(&mut *session, "001")).unwrap();
    assert_eq!(steps(&report), ["-004", "-003", "-002"]);
}

fn no_script(server: &TestServer) {
    let directory = four_tables();
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    upgrade(directory.graph(), &mut *session).unwrap();
    execute(
        &mut *session,
        "UPDATE _migcheck_revisions SET down_script = NULL WHERE revision = '003'",
    );
    older(&directory);
    let error = block_on(migrator(directory.graph()).downgrade(&mut *session, "base")).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("`003` is not in the directory, and the history table has no down script"),
        "{error}"
    );
    assert_eq!(recorded(&mut *session).len(), 4);
}
