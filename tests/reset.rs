//! `reset` on every server: of each kind of object that a snapshot knows nothing is left, or it is said
//! what is, and nobody else's tables go.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what breaks has failed the test"
)]

mod snapshot_cases;
mod support;

use std::process::ExitCode;

use migcheck::db::{ResetReport, Session, diff, snapshot};
use migcheck::{Dialect, MigrateError, Migrator};
use snapshot_cases::cases_for;
use support::{Case, Directory, TestServer, block_on, run_on_every_server};

fn main() -> ExitCode {
    let postgres = |server: &TestServer| server.dialect() == Dialect::Postgres;
    let cases = vec![
        Case::new("nothing_of_any_kind_is_left", every_kind),
        Case::new("what_other_roles_own_is_kept_and_told", others_keep).only(postgres),
        Case::new("a_schema_with_a_history_of_its_own_stops_it", tenants).only(postgres),
        Case::new("a_publisher_that_is_away_does_not_stop_it", subscription).only(postgres),
        Case::new("other_databases_stay", other_databases)
            .only(|server| server.dialect() == Dialect::MySql),
    ];
    run_on_every_server(cases, Vec::new())
}

/// Changes what is no object: it stays, and is told of.
const TOLD: &[&str] = &["owner of public", "collation of the database"];

fn every_kind(server: &TestServer) {
    let changes = cases_for(server.product(), &server.name());
    assert!(changes.len() > 10);
    let scratch = server.scratch();
    let mut session = support::connect(&scratch);
    let migrator = one_table();
    let mut fresh = block_on(snapshot(&mut *session, HISTORY)).unwrap();
    let mut wrong = Vec::new();
    for change in changes {
        // It is no object, and here it would be another's.
        if change.change.contains(HISTORY) {
            continue;
        }
        block_on(migrator.upgrade(&mut *session, "head")).unwrap();
        for sql in [change.setup, change.change] {
            if !sql.is_empty() {
                execute(&mut *session, sql);
            }
        }
        let report = match block_on(migrator.reset(&mut *session)) {
            Ok(report) => report,
            Err(error) => panic!("{}: {error}", change.name),
        };
        let left = block_on(snapshot(&mut *session, HISTORY)).unwrap();
        if TOLD.contains(&change.name) {
            assert_eq!(report.settings.len(), 1, "{}: {report:?}", change.name);
            // For those that follow; on MySQL it is another one than the server's.
            execute(&mut *session, change.revert);
            fresh = block_on(snapshot(&mut *session, HISTORY)).unwrap();
        } else if left != fresh || !report.kept.is_empty() {
            wrong.push(format!(
                "{}: {:?}\n{}",
                change.name,
                report.kept,
                diff(&fresh, &left)
            ));
            let _ = block_on(session.execute(change.revert));
        }
        assert!(block_on(session.rows("SELECT 1 FROM _migcheck_revisions", &[])).is_err());
    }
    if server.dialect() == Dialect::Postgres {
        execute(&mut *session, "DROP SCHEMA public CASCADE");
        block_on(migrator.reset(&mut *session)).unwrap();
        let left = block_on(snapshot(&mut *session, HISTORY)).unwrap();
        assert!(left == fresh, "{}", diff(&fresh, &left));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// As a login that is no superuser.
fn others_keep(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = support::connect(&scratch);
    let name = format!("reset_{}", scratch.name());
    execute(
        &mut *session,
        &format!(
            "CREATE ROLE {name}; GRANT ALL ON DATABASE \"{}\" TO {name}; GRANT ALL ON SCHEMA public TO {name};
             CREATE TABLE theirs (id int); CREATE SCHEMA their_schema; CREATE EXTENSION hstore;
             ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {name};
             SET SESSION AUTHORIZATION {name}; CREATE TABLE ours (id int);
             ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
             ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
             ALTER DEFAULT PRIVILEGES REVOKE ALL ON TYPES FROM PUBLIC, {name}",
            scratch.name()
        ),
    );
    // A run begins by becoming who has logged in, so that it has to be logged in as.
    execute(
        &mut *session,
        &format!("RESET SESSION AUTHORIZATION; ALTER ROLE {name} LOGIN PASSWORD 'secret'"),
    );
    let url = scratch.url().reveal();
    let (_, host) = url.split_once('@').unwrap();
    let url = format!("postgres://{name}:secret@{host}").parse().unwrap();
    let mut login = block_on(migcheck::db::connect(&url)).unwrap();
    let report = block_on(one_table().reset(&mut *login)).unwrap();
    assert!(
        report.dropped.contains(&"table public.ours".to_owned()),
        "{report:?}"
    );
    assert_eq!(
        kept(&report),
        [
            "schema their_schema",
            "table public.theirs",
            "default privileges of postgres",
            "extension hstore",
        ]
    );
    let public = "owner, privileges or comment of schema public";
    assert_eq!(report.settings.len(), 1);
    assert_eq!(report.settings[0].what, public);
    assert!(report.kept.iter().all(|kept| !kept.why.is_empty()));
    let ours = format!("SELECT 1 FROM pg_default_acl WHERE pg_get_userbyid(defaclrole) = '{name}'");
    assert!(block_on(session.rows(&ours, &[])).unwrap().is_empty());
    assert!(block_on(session.rows("SELECT id FROM theirs", &[])).is_ok());
    execute(
        &mut *session,
        &format!("DROP OWNED BY {name}; DROP ROLE {name}"),
    );
}

/// Tenants in schemas of one database.
fn tenants(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = support::connect(&scratch);
    for schema in ["north", "south"] {
        let migrator = one_table().history_schema(schema);
        execute(&mut *session, &format!("CREATE SCHEMA {schema}"));
        block_on(migrator.stamp(&mut *session, "head", false)).unwrap();
    }
    let error = block_on(one_table().history_schema("north").reset(&mut *session)).unwrap_err();
    assert!(
        matches!(&error, MigrateError::Shared(schemas) if *schemas == ["south"]),
        "{error}"
    );
    assert!(block_on(session.rows("SELECT 1 FROM north._migcheck_revisions", &[])).is_ok());
    execute(&mut *session, "DROP SCHEMA south CASCADE");
    block_on(one_table().history_schema("north").reset(&mut *session)).unwrap();
}

fn subscription(server: &TestServer) {
    let scratch = server.scratch();
    let other = server.scratch();
    let (mut session, mut elsewhere) = (support::connect(&scratch), support::connect(&other));
    // It is in a list of the whole server.
    let create = |name: &str, slot: &str| {
        format!(
            "CREATE SUBSCRIPTION {name} CONNECTION 'host=127.0.0.1 port=1 dbname=nowhere' PUBLICATION p
               WITH (connect = false, slot_name = {slot})"
        )
    };
    execute(&mut *session, &create("ours", "the_slot"));
    execute(&mut *elsewhere, &create("theirs", "NONE"));
    let report = block_on(one_table().reset(&mut *session)).unwrap();
    assert_eq!(report.dropped, ["subscription ours"]);
    assert_eq!(
        kept(&report),
        ["replication slot the_slot at the publisher of ours"]
    );
    let left = block_on(session.rows("SELECT subname::text FROM pg_subscription ORDER BY 1", &[]));
    assert_eq!(left.unwrap(), [[Some("theirs".to_owned())]]);
    execute(&mut *elsewhere, "DROP SUBSCRIPTION theirs");
}

fn other_databases(server: &TestServer) {
    let (scratch, other) = (server.scratch(), server.scratch());
    let (mut session, mut elsewhere) = (support::connect(&scratch), support::connect(&other));
    for session in [&mut session, &mut elsewhere] {
        execute(
            &mut **session,
            "CREATE TABLE t (id int PRIMARY KEY); CREATE VIEW v AS SELECT 1; CREATE PROCEDURE p() SELECT 1",
        );
    }
    let before = block_on(snapshot(&mut *elsewhere, HISTORY)).unwrap();
    // It needs what it refers to, which is not here.
    let foreign = format!(
        "CREATE TABLE far (id int, FOREIGN KEY (id) REFERENCES {}.t (id))",
        other.name()
    );
    execute(&mut *session, &foreign);
    block_on(one_table().reset(&mut *session)).unwrap();
    assert!(block_on(snapshot(&mut *elsewhere, HISTORY)).unwrap() == before);
}

const HISTORY: &str = "_migcheck_revisions";

/// A table that no case makes.
fn one_table() -> Migrator {
    let directory = Directory::new();
    directory.add(
        "one",
        "CREATE TABLE the_first (id int);",
        "DROP TABLE the_first;",
    );
    Migrator::new(directory.graph()).unwrap()
}

fn kept(report: &ResetReport) -> Vec<&str> {
    report.kept.iter().map(|kept| &*kept.what).collect()
}

fn execute(session: &mut dyn Session, sql: &str) {
    block_on(session.execute(sql)).unwrap_or_else(|error| panic!("{error}: {sql}"));
}
