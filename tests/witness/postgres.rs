//! Postgres: whatever `pg_dump --schema-only` sees of a random statement, the snapshot sees, and what is
//! read again after a statement is what reading everything finds.
//!
//! `MIGCHECK_WITNESS_STATEMENTS=2000 cargo test --test witness_postgres` looks for longer.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    unreachable_pub,
    reason = "what breaks has failed the test"
)]

mod dice;
#[path = "../snapshot_cases/mod.rs"]
mod snapshot_cases;
mod statements;
#[path = "../support/mod.rs"]
mod support;
mod walk;

use std::cell::RefCell;
use std::process::{Command, ExitCode};

use migcheck::db::{Session, SnapshotReader, diff, run_script_watched, snapshot};
use migcheck::harness::Scratch;
use migcheck::{Dialect, Direction};
use snapshot_cases::postgres::{CASES, EXTENSION, newer};
use support::{Case, Directory, TestServer, block_on, connect, run_on_every_server};
use walk::{Ground, Testimony};

const HISTORY: &str = "_migcheck_revisions";

fn main() -> ExitCode {
    let postgres = |server: &TestServer| server.dialect() == Dialect::Postgres;
    let cases = vec![
        Case::new("what_pg_dump_sees_the_snapshot_sees", pg_dump_sees).only(postgres),
        Case::new("what_is_touched_is_read_again", touched_is_read_again).only(postgres),
        Case::new("what_cannot_be_told_is_read_as_a_whole", hidden_changes).only(postgres),
        Case::new("what_was_missed_is_found_in_time", missed_is_found).only(postgres),
    ];
    run_on_every_server(cases, Vec::new())
}

fn pg_dump_sees(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    // A transaction that was refused used no number, and a dump costs more than all else.
    let last = RefCell::new((String::new(), Testimony::new()));
    let testify = |session: &mut dyn Session| {
        let next = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text";
        let number = block_on(session.rows(next, &[])).unwrap()[0][0]
            .clone()
            .unwrap();
        let mut last = last.borrow_mut();
        if last.0 != number {
            *last = (number, parts(&dump(&scratch)));
        }
        last.1.clone()
    };
    let ground = Ground {
        templates: statements::TEMPLATES,
        pools: statements::POOLS,
        setup: statements::SETUP,
        testify: &testify,
    };
    walk::walk(&mut *session, &ground, &dice::Plan::from_env(100));
}

/// Every case of the snapshots' tests, in a database of its own.
fn touched_is_read_again(server: &TestServer) {
    let mut wrong = Vec::new();
    for case in CASES
        .iter()
        .chain([&EXTENSION])
        .chain(newer(&server.name()))
    {
        let scratch = server.scratch();
        let mut session = connect(&scratch);
        let mut reader = SnapshotReader::new(HISTORY);
        if !case.setup.is_empty() {
            block_on(session.execute(case.setup)).unwrap();
        }
        let before = block_on(reader.read(&mut *session)).unwrap();
        let mut at = before.clone();
        for (sql, expect) in [(case.change, case.expect), (case.revert, &[][..])] {
            run(&mut *session, sql, &mut reader);
            at = block_on(reader.read(&mut *session)).unwrap();
            let whole = block_on(snapshot(&mut *session, HISTORY)).unwrap();
            if *at != whole {
                let more = diff(&at, &whole);
                wrong.push(format!(
                    "{}: reading everything finds more:\n{more}",
                    case.name
                ));
            }
            let changes = diff(&before, &at);
            let names = changes
                .changes
                .iter()
                .map(|change| change.object.to_string());
            if !names.eq(expect.iter().map(ToString::to_string)) {
                wrong.push(format!("{}: expected {expect:?}:\n{changes}", case.name));
            }
        }
        assert!(reader.missed().is_none());
        drop((at, session));
        block_on(scratch.remove()).unwrap();
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Scripts that leave no trace that could be followed, or remove what was prepared to follow it.
fn hidden_changes(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let setup = "CREATE TABLE t (id integer PRIMARY KEY, a text);
        CREATE INDEX ix ON t (a);
        CREATE FUNCTION opens() RETURNS void LANGUAGE plpgsql AS
        $$ BEGIN EXECUTE 'GRANT SELECT, INSERT ON t TO PUBLIC'; END $$;";
    block_on(session.execute(setup)).unwrap();
    let mut reader = SnapshotReader::new(HISTORY);
    let mut before = block_on(reader.read(&mut *session)).unwrap();
    for sql in [
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix'::regclass",
        "UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'ix'::regclass",
        "SELECT opens()",
        "REVOKE SELECT ON ALL TABLES IN SCHEMA public FROM PUBLIC",
        "DO $$ BEGIN EXECUTE 'REVOKE INSERT ON t FROM PUBLIC'; END $$",
        "DEALLOCATE ALL; ALTER TABLE t ADD b text",
        "ALTER TABLE t ADD c text",
        "SET track_counts = off; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "BEGIN; ALTER TABLE t DROP c; COMMIT",
        "-- migcheck: transaction = false\nCREATE INDEX CONCURRENTLY iy ON t (b)",
        "CREATE ROLE migcheck_hidden; GRANT SELECT ON t TO migcheck_hidden",
        "ALTER ROLE migcheck_hidden RENAME TO migcheck_seen",
        "REVOKE SELECT ON t FROM migcheck_seen; DROP ROLE migcheck_seen",
        "SET ROLE pg_monitor; RESET ROLE; ALTER TABLE t RENAME b TO bb",
        "SET search_path = pg_catalog; CREATE VIEW public.v AS SELECT a FROM public.t",
        "SAVEPOINT s; DROP VIEW v; ROLLBACK TO SAVEPOINT s; COMMENT ON VIEW v IS 'v'",
    ] {
        run(&mut *session, sql, &mut reader);
        let after = block_on(reader.read(&mut *session)).unwrap();
        let whole = block_on(snapshot(&mut *session, HISTORY)).unwrap();
        assert!(*after == whole, "{sql}\n{}", diff(&after, &whole));
        assert!(*after != *before, "{sql}");
        before = after;
    }
    // What failed has changed nothing.
    let failing = "ALTER TABLE t ADD d text; SELECT 1 / 0";
    assert!(try_to_run(&mut *session, failing, &mut reader).is_err());
    assert!(*block_on(reader.read(&mut *session)).unwrap() == *before);
    run(&mut *session, "SELECT 1", &mut reader);
    assert!(*block_on(reader.read(&mut *session)).unwrap() == *before);
}

/// A change that nobody told the reader of.
fn missed_is_found(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    block_on(session.execute("CREATE TABLE t (id integer); CREATE TABLE u (id integer)")).unwrap();
    let mut reader = SnapshotReader::new(HISTORY);
    block_on(reader.read(&mut *session)).unwrap();
    block_on(session.execute("ALTER TABLE t ADD secret text")).unwrap();
    for round in 0..20 {
        run(
            &mut *session,
            &format!("COMMENT ON TABLE u IS '{round}'"),
            &mut reader,
        );
        block_on(reader.read(&mut *session)).unwrap();
    }
    let missed = reader.missed().expect("a difference").to_string();
    assert!(missed.starts_with("column public.t.secret\n"), "{missed}");
    // It is not trusted any more.
    block_on(session.execute("ALTER TABLE t ADD another text")).unwrap();
    run(&mut *session, "COMMENT ON TABLE u IS 'last'", &mut reader);
    let read = block_on(reader.read(&mut *session)).unwrap();
    assert!(*read == block_on(snapshot(&mut *session, HISTORY)).unwrap());
}

fn run(session: &mut dyn Session, sql: &str, reader: &mut SnapshotReader) {
    try_to_run(session, sql, reader).unwrap_or_else(|error| panic!("{error}"));
}

fn try_to_run(
    session: &mut dyn Session,
    sql: &str,
    reader: &mut SnapshotReader,
) -> Result<(), String> {
    let directory = Directory::new();
    let up =
        format!("-- migcheck: revises = \"base\"\n-- migcheck: irreversible = \"a test\"\n{sql}\n");
    directory.write("001_one.up.sql", up);
    let graph = directory.graph();
    let script = graph.revisions()[0]
        .script(Direction::Up, Dialect::Postgres)
        .unwrap();
    let ran = run_script_watched(session, "001", script, reader);
    block_on(ran).map_err(|error| error.to_string())
}

/// The whole dump, by the `pg_dump` of the server's own version.
fn dump(scratch: &Scratch) -> String {
    let url = scratch.url().reveal();
    let parsed = url::Url::parse(&url).unwrap();
    let mut command = match container(parsed.port().unwrap_or(5432)) {
        Some(id) => {
            let mut command = Command::new("docker");
            command.args([
                "exec",
                &id,
                "pg_dump",
                "-s",
                "-U",
                parsed.username(),
                scratch.name(),
            ]);
            command
        }
        None => {
            let mut command = Command::new("pg_dump");
            command.args(["-s", &url]);
            command
        }
    };
    let output = command.output().expect("pg_dump");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "pg_dump: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// The container that a server is in. Another one may have the same port of IPv6.
fn container(port: u16) -> Option<String> {
    let mut command = Command::new("docker");
    let output = command
        .args(["ps", "--format", "{{.ID}} {{.Ports}}"])
        .output()
        .ok()?;
    let listed = String::from_utf8(output.stdout).ok()?;
    let places = [format!(" 127.0.0.1:{port}->"), format!(" 0.0.0.0:{port}->")];
    let line = listed
        .lines()
        .find(|line| places.iter().any(|place| line.contains(place)))?;
    Some(line.split(' ').next()?.to_owned())
}

/// A dump by its entries: `-- Name: users; Type: TABLE; Schema: public; Owner: postgres`.
fn parts(dump: &str) -> Testimony {
    let mut parts = Testimony::new();
    let mut name = String::new();
    for line in dump.lines() {
        if let Some(entry) = line.strip_prefix("-- Name: ") {
            name = entry.to_owned();
        } else if !line.starts_with("--") && !line.starts_with('\\') && !line.is_empty() {
            let text = parts.entry(name.clone()).or_default();
            text.push_str(line);
            text.push('\n');
        }
    }
    parts
}
