//! Foreign keys of SQLite, while a table that others refer to is built anew.

use migcheck::db::ScriptError;
use migcheck::{Dialect, MigrateError};

use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{execute, has_table, migrator, recorded, rows, upgrade, value};

pub(crate) fn cases() -> Vec<Case> {
    let case = |name: &str, check: fn(&TestServer)| {
        Case::new(name, check).only(|server| server.dialect() == Dialect::Sqlite)
    };
    vec![
        case("a_table_is_built_anew_with_keys_off", rebuilt),
        case("keys_that_are_broken_are_told", broken),
        case(
            "keys_are_checked_at_a_scripts_own_commit",
            broken_by_its_own,
        ),
        case("keys_that_were_broken_before_are_not_told", broken_before),
        case("rows_of_other_tables_do_not_go_silently", silently),
        case("drop_table_is_refused_only_where_rows_go", harmless),
    ]
}

const TABLES: &str = "CREATE TABLE parent (id INTEGER PRIMARY KEY, self INTEGER REFERENCES parent ON DELETE CASCADE);\n\
    CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES Parent (id) ON DELETE CASCADE);\n\
    INSERT INTO parent VALUES (1, NULL), (2, 1);\nINSERT INTO child VALUES (1, 1), (2, 2);";

const REBUILD: &str = "CREATE TABLE new (id INTEGER PRIMARY KEY, more TEXT);\n\
    INSERT INTO new (id) SELECT id FROM parent;\nDROP TABLE parent;\nALTER TABLE new RENAME TO parent;";

fn tables(up: &str) -> Directory {
    let directory = Directory::new();
    directory.add("tables", TABLES, "DROP TABLE child;\nDROP TABLE parent;");
    directory.add("rebuild", up, "SELECT 1;");
    directory
}

fn children(session: &mut dyn migcheck::db::Session) -> Vec<Vec<String>> {
    rows(
        session,
        "SELECT CAST(parent AS TEXT) FROM child ORDER BY id",
    )
}

fn rebuilt(server: &TestServer) {
    for off in [
        "PRAGMA foreign_keys = OFF",
        "-- Cf. step 1.\npragma \"foreign_keys\"=0",
        "PRAGMA main.foreign_keys(no)",
        "PRAGMA user_version = 3;\nPRAGMA foreign_keys = 'false'",
    ] {
        let up = format!("{off};\n{REBUILD}\nPRAGMA foreign_keys = ON;");
        let scratch = server.scratch();
        let mut session = connect(&scratch);
        upgrade(tables(&up).graph(), &mut *session).unwrap();
        assert_eq!(children(&mut *session), [["1"], ["2"]], "{off}");
        assert_eq!(value(&mut *session, "PRAGMA foreign_keys"), "1", "{off}");
        assert_eq!(recorded(&mut *session), ["001", "002"]);
        // It is one transaction.
        let up = format!("{off};\n{REBUILD}\nDROP TABLE missing;");
        let scratch = server.scratch();
        let mut session = connect(&scratch);
        upgrade(tables(&up).graph(), &mut *session).unwrap_err();
        assert_eq!(value(&mut *session, "PRAGMA foreign_keys"), "1", "{off}");
        assert!(has_table(&mut *session, "parent") && !has_table(&mut *session, "new"));
        assert_eq!(children(&mut *session), [["1"], ["2"]], "{off}");
    }
}

fn script_error(error: MigrateError) -> Box<ScriptError> {
    match error {
        MigrateError::Script(error) => error,
        other => panic!("{other}"),
    }
}

fn broken(server: &TestServer) {
    let up = format!("PRAGMA foreign_keys = OFF;\n{REBUILD}\nDELETE FROM parent WHERE id = 2;");
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let error = upgrade(tables(&up).graph(), &mut *session).unwrap_err();
    let said = error.to_string();
    for part in [
        "002_rebuild.up.sql",
        "`child`",
        "row 2",
        "`Parent`",
        "help: ",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    script_error(error);
    assert_eq!(recorded(&mut *session), ["001"]);
    assert_eq!(
        value(&mut *session, "SELECT CAST(count(*) AS TEXT) FROM parent"),
        "2"
    );
    assert_eq!(value(&mut *session, "PRAGMA foreign_keys"), "1");
}

/// At the COMMIT of a script that has its own.
fn broken_by_its_own(server: &TestServer) {
    let up = "PRAGMA foreign_keys = OFF;\nBEGIN;\nDELETE FROM parent WHERE id = 2;\nCOMMIT;";
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let error = upgrade(tables(up).graph(), &mut *session).unwrap_err();
    let said = script_error(error).to_string();
    assert!(said.contains("row 2 of `child`"), "{said}");
    assert_eq!(children(&mut *session), [["1"], ["2"]]);
    let parents = "SELECT CAST(count(*) AS TEXT) FROM parent";
    assert_eq!(value(&mut *session, parents), "2");
}

/// What was broken before is not the script's fault, and what it breaks is told alone.
fn broken_before(server: &TestServer) {
    for (more, is_fine) in [("", true), ("\nDELETE FROM parent WHERE id = 2;", false)] {
        for (begin, end) in [("", ""), ("BEGIN;\n", "\nCOMMIT;")] {
            let up = format!("PRAGMA foreign_keys = OFF;\n{begin}{REBUILD}{more}{end}");
            let directory = tables(&up);
            let scratch = server.scratch();
            let mut session = connect(&scratch);
            block_on(migrator(directory.graph()).upgrade(&mut *session, "001")).unwrap();
            execute(
                &mut *session,
                "PRAGMA foreign_keys = OFF; INSERT INTO child VALUES (9, 77); PRAGMA foreign_keys = ON",
            );
            match upgrade(directory.graph(), &mut *session) {
                Ok(_) => assert!(is_fine),
                Err(error) => {
                    let said = script_error(error).to_string();
                    assert!(!is_fine, "{said}");
                    assert!(
                        said.contains("row 2 of `child`") && !said.contains("row 9"),
                        "{said}"
                    );
                }
            }
        }
    }
}

fn silently(server: &TestServer) {
    for (drop, action) in [
        ("DROP TABLE parent", "CASCADE"),
        ("DROP TABLE IF EXISTS \"PARENT\"", "SET NULL"),
        ("drop table main.[parent]", "SET DEFAULT"),
        ("DROP TABLE 'parent'", "CASCADE"),
        ("DROP TABLE IF EXISTS 'main'.'Parent'", "CASCADE"),
    ] {
        for loose in ["", "-- migcheck: transaction = false\n"] {
            let directory = tables(&format!(
                "{loose}{}",
                REBUILD.replace("DROP TABLE parent", drop)
            ));
            let cascade = "Parent (id) ON DELETE CASCADE";
            let other = format!("Parent (id) ON DELETE {action}");
            if cascade != other {
                directory.edit("001_tables.up.sql", cascade, &other);
            }
            let scratch = server.scratch();
            let mut session = connect(&scratch);
            let error = script_error(upgrade(directory.graph(), &mut *session).unwrap_err());
            assert_eq!(error.statement(), drop);
            let said = error.to_string();
            for part in ["`child`", action, "PRAGMA foreign_keys = OFF;"] {
                assert!(said.contains(part), "{part}: {said}");
            }
            assert_eq!(children(&mut *session), [["1"], ["2"]]);
        }
    }
}

fn harmless(server: &TestServer) {
    for up in [
        // Nothing refers to it any more, or the rows go anyway.
        "DROP TABLE child;\nDROP TABLE parent;",
        "DROP TABLE parent;\nDROP TABLE child;",
        "DELETE FROM child;\nDROP TABLE parent;",
        "UPDATE child SET parent = NULL;\nDROP TABLE parent;",
        "CREATE TEMP TABLE parent (a);\nDROP TABLE parent;",
        "DROP TABLE IF EXISTS nobody;",
        "-- migcheck: transaction = false\nPRAGMA foreign_keys = OFF;\nDROP TABLE parent;",
    ] {
        let scratch = server.scratch();
        let mut session = connect(&scratch);
        upgrade(tables(up).graph(), &mut *session).unwrap_or_else(|error| panic!("{up}: {error}"));
    }
    // A child that is dropped as well takes the rows of its own children with it, but now.
    let up = "DROP TABLE grandparent;\nDROP TABLE parent;";
    let directory = tables(up);
    directory.edit(
        "001_tables.up.sql",
        "CREATE TABLE parent (id INTEGER PRIMARY KEY",
        "CREATE TABLE grandparent (id INTEGER PRIMARY KEY);\nINSERT INTO grandparent VALUES (1);\n\
         CREATE TABLE parent (id INTEGER PRIMARY KEY REFERENCES grandparent ON DELETE CASCADE",
    );
    directory.edit(
        "001_tables.up.sql",
        "VALUES (1, NULL), (2, 1);",
        "VALUES (1, NULL);",
    );
    directory.edit("001_tables.up.sql", "(1, 1), (2, 2)", "(1, 1)");
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let error = script_error(upgrade(directory.graph(), &mut *session).unwrap_err());
    assert!(error.to_string().contains("rows of `child`"), "{error}");
    assert_eq!(children(&mut *session), [["1"]]);
    // The rows of the child are read in between.
    let up = "DROP TABLE parent;\nCREATE TABLE copy AS SELECT * FROM child;\nDROP TABLE child;";
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    upgrade(tables(up).graph(), &mut *session).unwrap_err();
    // A way down is held to it as well.
    let directory = tables("SELECT 1;");
    directory.write("002_rebuild.down.sql", "DROP TABLE parent;");
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(directory.graph());
    block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    block_on(migrator.downgrade(&mut *session, "001")).unwrap_err();
    execute(&mut *session, "DELETE FROM child");
    block_on(migrator.downgrade(&mut *session, "001")).unwrap();
}
