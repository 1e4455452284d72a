//! INVALID indexes: those that a run left are cleared away, and no others.

use migcheck::db::Session;
use migcheck::harness::Scratch;
use migcheck::{Dialect, Direction};

use crate::cut::{lose, upgrade};
use crate::support::{Case, Directory, TestServer, connect};
use crate::{execute, rows, steps, value};

pub(crate) fn cases() -> Vec<Case> {
    let cases = vec![
        Case::new("an_invalid_index_is_cleared_away", named),
        Case::new("an_invalid_index_without_a_name_is_cleared_away", unnamed),
        Case::new("an_invalid_index_of_a_lost_run_is_cleared_away", lost_run),
        Case::new("what_a_rebuild_left_is_cleared_away", rebuilt),
        Case::new("an_invalid_index_of_others_is_left_alone", of_others),
    ];
    cases
        .into_iter()
        .map(|case| case.only(|server| server.dialect() == Dialect::Postgres))
        .collect()
}

const TABLE: &str = "CREATE TABLE t (n integer);
INSERT INTO t VALUES (1), (1);
CREATE TABLE other (n integer);
INSERT INTO other VALUES (1), (1);";

/// A table, and then a script of one statement.
fn directory(statement: &str) -> Directory {
    let directory = Directory::new();
    directory.add("table", TABLE, "DROP TABLE t, other;");
    directory.add(
        "index",
        &format!("-- migcheck: transaction = false\n{statement};"),
        "SELECT 1;",
    );
    directory
}

/// As who builds an index by hand and fails.
fn fail(session: &mut dyn Session, sql: &str) {
    crate::support::block_on(session.execute(sql)).unwrap_err();
}

/// The INVALID indexes, by name.
fn invalid(session: &mut dyn Session) -> Vec<String> {
    let sql = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid ORDER BY 1";
    rows(session, sql).into_iter().flatten().collect()
}

/// The notes of the run that goes on with the second revision.
fn notes(scratch: &Scratch, directory: &Directory) -> String {
    let report = crate::upgrade(directory.graph(), &mut *connect(scratch)).unwrap();
    assert_eq!(steps(&report), ["+002"]);
    report.steps[0].notes.join("\n")
}

fn named(server: &TestServer) {
    let directory = directory("CREATE UNIQUE INDEX CONCURRENTLY t_n ON t (n)");
    let scratch = server.scratch();
    let error = upgrade(&scratch, &directory).unwrap_err().to_string();
    let left = "it left the INVALID index public.t_n; the next run drops it";
    assert!(error.contains(left), "{error}");
    let mut session = connect(&scratch);
    execute(&mut *session, "DELETE FROM t");
    let notes = notes(&scratch, &directory);
    assert!(
        notes.contains("dropped the INVALID index public.t_n first"),
        "{notes}"
    );
    assert_eq!(invalid(&mut *session), [""; 0]);
}

/// The server names it, as it has named those that others have made before and make later.
fn unnamed(server: &TestServer) {
    let directory = directory("CREATE UNIQUE INDEX CONCURRENTLY ON t (n)");
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    crate::upgrade_to(directory.graph(), &mut *session, "001").unwrap();
    for table in ["t", "other"] {
        let by_hand = format!("CREATE UNIQUE INDEX CONCURRENTLY ON {table} (n)");
        fail(&mut *session, &by_hand);
    }
    let error = upgrade(&scratch, &directory).unwrap_err().to_string();
    let left = "it left the INVALID index public.t_n_idx1; the next run drops it";
    assert!(error.contains(left), "{error}");
    fail(&mut *session, "CREATE UNIQUE INDEX CONCURRENTLY ON t (n)");
    let all = ["other_n_idx", "t_n_idx", "t_n_idx1", "t_n_idx2"];
    assert_eq!(invalid(&mut *session), all);
    execute(&mut *session, "DELETE FROM t");
    let notes = notes(&scratch, &directory);
    assert!(
        notes.ends_with("dropped the INVALID index public.t_n_idx1 first"),
        "{notes}"
    );
    let of_others = ["other_n_idx", "t_n_idx", "t_n_idx2"];
    assert_eq!(invalid(&mut *session), of_others);
    let valid = "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 't'::regclass AND indisvalid";
    assert_eq!(value(&mut *session, valid), "t_n_idx1");
}

/// Nobody was there to say what the statement left.
fn lost_run(server: &TestServer) {
    let statement = "CREATE UNIQUE INDEX CONCURRENTLY ON t (n)";
    let directory = directory(statement);
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    crate::upgrade_to(directory.graph(), &mut *session, "001").unwrap();
    fail(&mut *session, statement);
    lose(&scratch, &directory, Direction::Up, statement, true);
    assert_eq!(invalid(&mut *session), ["t_n_idx", "t_n_idx1"]);
    execute(&mut *session, "DELETE FROM t");
    let notes = notes(&scratch, &directory);
    assert!(
        notes.ends_with("dropped the INVALID index public.t_n_idx1 first"),
        "{notes}"
    );
    assert_eq!(invalid(&mut *session), ["t_n_idx"]);
    // Lost before it arrived, it has left nothing.
    execute(
        &mut *session,
        "DELETE FROM _migcheck_revisions WHERE revision = '002'",
    );
    lose(&scratch, &directory, Direction::Up, statement, false);
    assert_eq!(invalid(&mut *session), ["t_n_idx"]);
    upgrade(&scratch, &directory).unwrap();
    assert_eq!(invalid(&mut *session), ["t_n_idx"]);
}

/// An index over a function that has come to fail cannot be built anew.
fn rebuilt(server: &TestServer) {
    for statement in [
        "REINDEX TABLE CONCURRENTLY t",
        "REINDEX (VERBOSE, CONCURRENTLY) INDEX public.t_f",
        "SET search_path = public;\nREINDEX SCHEMA CONCURRENTLY public",
    ] {
        let directory = directory(statement);
        let scratch = server.scratch();
        let mut session = connect(&scratch);
        crate::upgrade_to(directory.graph(), &mut *session, "001").unwrap();
        let function = |body: &str| {
            format!(
                "CREATE OR REPLACE FUNCTION f(n integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN {body} END $$"
            )
        };
        let fails = "RAISE 'no';";
        execute(&mut *session, &function("RETURN n;"));
        execute(
            &mut *session,
            "CREATE INDEX t_f ON t (f(n)); CREATE INDEX other_f ON other (f(n)); CREATE TABLE kept (n integer)",
        );
        // What somebody else's rebuilds have left, on this table and on another one.
        execute(&mut *session, &function(fails));
        fail(&mut *session, "REINDEX INDEX CONCURRENTLY t_f");
        fail(&mut *session, "REINDEX INDEX CONCURRENTLY other_f");
        let of_others = ["other_f_ccnew", "t_f_ccnew"];
        assert_eq!(invalid(&mut *session), of_others);

        let error = upgrade(&scratch, &directory).unwrap_err().to_string();
        assert!(
            error.contains("it left the INVALID index public."),
            "{error}"
        );
        assert_eq!(invalid(&mut *session).len(), 3, "{error}");
        execute(&mut *session, &function("RETURN n;"));
        let notes = notes(&scratch, &directory);
        assert!(
            notes.contains("dropped the INVALID index public."),
            "{notes}"
        );
        assert_eq!(invalid(&mut *session), of_others, "{statement}");
    }
}

/// One of the name that the script has for its own.
fn of_others(server: &TestServer) {
    for statement in [
        "CREATE UNIQUE INDEX CONCURRENTLY t_n ON t (n)",
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_n ON t (n)",
    ] {
        let directory = directory(statement);
        let scratch = server.scratch();
        let mut session = connect(&scratch);
        crate::upgrade_to(directory.graph(), &mut *session, "001").unwrap();
        fail(
            &mut *session,
            "CREATE UNIQUE INDEX CONCURRENTLY t_n ON t (n)",
        );
        execute(&mut *session, "DELETE FROM t");
        for _ in 0..2 {
            let error = upgrade(&scratch, &directory).unwrap_err().to_string();
            let there = "the index public.t_n is there already and INVALID";
            assert!(error.contains(there), "{error}");
            assert_eq!(invalid(&mut *session), ["t_n"]);
        }
        execute(&mut *session, "DROP INDEX t_n");
        upgrade(&scratch, &directory).unwrap();
        assert_eq!(invalid(&mut *session), [""; 0]);
    }
}
