//! `identify`: databases whose history nobody recorded, and the fingerprints that tell where they are.

use migcheck::db::Session;
use migcheck::harness::{
    Identified, Identify, MadeFingerprints, Place, ServerSpec, State, fingerprints,
};
use migcheck::{Dialect, Direction, Migrator, RevisionGraph};
use migcheck_core::fingerprints::Fingerprints;

use crate::support::{Case, Directory, ROOT, TestServer, block_on, connect};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("every_revision_of_the_example_is_found", example),
        Case::new("branches_and_several_heads_are_found", branches),
        Case::new("what_differs_is_shown_from_the_nearest", differences),
        Case::new("histories_and_privileges_do_not_count", bookkeeping),
        Case::new("a_database_may_have_defaults_of_its_own", defaults)
            .only(|server| server.dialect() == Dialect::MySql),
        Case::new("fingerprints_of_other_scripts_are_passed_over", stale),
        Case::new("what_cannot_be_applied_has_no_fingerprint", unapplied),
    ]
}

/// Applies the up scripts of these places, as something that keeps no history would.
fn apply(session: &mut dyn Session, graph: &RevisionGraph, applied: &[bool]) {
    let revisions = graph.revisions().iter().zip(applied);
    for (revision, _) in revisions.filter(|(_, is_applied)| **is_applied) {
        let script = revision.script(Direction::Up, session.dialect()).unwrap();
        let ran = migcheck::db::run_script(session, revision.id.as_str(), script);
        block_on(ran).unwrap_or_else(|error| panic!("{error}"));
    }
}

fn execute(session: &mut dyn Session, sql: &str) {
    block_on(session.execute(sql)).unwrap_or_else(|error| panic!("{error}: {sql}"));
}

/// A database with these revisions and what they need, and what is made of it.
fn identified(
    server: &TestServer,
    identify: &Identify,
    graph: &RevisionGraph,
    heads: &[&str],
    change: impl FnOnce(&mut dyn Session),
) -> Identified {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    apply(&mut *session, graph, &graph.applied_at(heads).unwrap());
    change(&mut *session);
    block_on(identify.run(&mut *session)).unwrap_or_else(|error| panic!("{error}"))
}

fn trying(server: &TestServer, graph: &RevisionGraph) -> Identify {
    let spec: ServerSpec = server.on().parse().unwrap();
    Identify::new(graph).unwrap().on(spec)
}

/// Without a server to try anything on, so that the fingerprints have to do.
fn knowing(graph: &RevisionGraph, made: &MadeFingerprints) -> Identify {
    let nowhere: ServerSpec = "postgres://nobody@127.0.0.1:1/nowhere".parse().unwrap();
    let mut known = Fingerprints::default();
    known.set(&*made.release, made.fingerprints.clone());
    // As it is read from the file.
    let known = Fingerprints::parse(&known.to_text()).unwrap();
    Identify::new(graph)
        .unwrap()
        .on(nowhere)
        .fingerprints(&known)
}

fn made(server: &TestServer, graph: &RevisionGraph) -> MadeFingerprints {
    let mut made = fingerprints(graph, &[server.on()]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(made.len(), 1);
    made.remove(0)
}

#[track_caller]
fn states(found: &Identified) -> &[State] {
    match &found.place {
        Place::At(states) => states,
        Place::Near { state, diff, .. } => panic!("near {:?}\n{diff}", state.heads),
    }
}

#[track_caller]
fn at(found: &Identified) -> Vec<String> {
    states(found)
        .iter()
        .map(|state| state.heads.join("+"))
        .collect()
}

fn example(server: &TestServer) {
    let folder = std::path::Path::new(ROOT).join("examples/rag-service/migrations");
    let graph = RevisionGraph::load(folder).unwrap_or_else(|unsound| panic!("{unsound}"));
    let made = made(server, &graph);
    assert_eq!(made.missing, [""; 0]);
    assert!(
        made.release.starts_with(server.product()),
        "{}",
        made.release
    );
    let named: Vec<&str> = made.fingerprints.keys().map(String::as_str).collect();
    let ids = graph
        .revisions()
        .iter()
        .map(|revision| revision.id.as_str());
    assert_eq!(named, ids.chain(["base"]).collect::<Vec<_>>());

    let identify = knowing(&graph, &made);
    for revision in named {
        let found = identified(server, &identify, &graph, &[revision], |_| ());
        assert_eq!(found.tried_on, None);
        let same =
            |name: &&String| made.fingerprints[*name].schema == made.fingerprints[revision].schema;
        let same: Vec<&String> = made.fingerprints.keys().filter(same).collect();
        let names: Vec<String> = at(&found);
        let base = String::new();
        let names: Vec<&String> = names.iter().collect();
        let expected = same
            .into_iter()
            .map(|name| if name == "base" { &base } else { name });
        assert_eq!(names, expected.collect::<Vec<_>>(), "{revision}");
        let state = states(&found)
            .iter()
            .find(|state| state.heads.join("+") == *revision || revision == "base");
        let places = graph.applied_at([revision]).unwrap();
        let places: Vec<usize> = (0..places.len()).filter(|at| places[*at]).collect();
        assert_eq!(state.unwrap().revisions, graph.ids(&places));
    }
    // The same in scratch databases, for one of them.
    let found = identified(server, &trying(server, &graph), &graph, &["008"], |_| ());
    assert_eq!(at(&found), ["008"]);
    assert_eq!(found.tried_on.unwrap().release, made.release);
}

/// `001`, then `002` and `003` and `004` beside one another, of which `003` goes on to `005`.
fn forked() -> Directory {
    let directory = Directory::new();
    let config = "layout = \"native\"\nheads = 3\n[naming]\nfile = \"{seq}_{slug}\"\n";
    directory.write("migcheck.toml", config);
    for (id, parent) in [
        ("001", "base"),
        ("002", "001"),
        ("003", "001"),
        ("004", "001"),
        ("005", "003"),
    ] {
        let up = format!(
            "-- migcheck: revises = \"{parent}\"\nCREATE TABLE t{id} (id int PRIMARY KEY);\n"
        );
        directory.write(&format!("{id}_t.up.sql"), up);
        directory.write(&format!("{id}_t.down.sql"), format!("DROP TABLE t{id};\n"));
    }
    directory
}

fn branches(server: &TestServer) {
    let graph = forked().graph();
    let made = made(server, &graph);
    let named: Vec<&str> = made.fingerprints.keys().map(String::as_str).collect();
    assert_eq!(
        named,
        ["001", "002", "002+004+005", "003", "004", "005", "base"]
    );
    let identify = knowing(&graph, &made);
    for heads in [
        &["002"][..],
        &["003"],
        &["004"],
        &["005"],
        &["002", "004", "005"],
    ] {
        let found = identified(server, &identify, &graph, heads, |_| ());
        assert_eq!(at(&found), [heads.join("+")]);
    }
    // What is passed on the way is found where it is tried.
    let found = identified(
        server,
        &trying(server, &graph),
        &graph,
        &["002", "003"],
        |_| (),
    );
    assert_eq!(at(&found), ["002+003"]);
    assert_eq!(states(&found)[0].revisions, ["001", "002", "003"]);
}

fn shop() -> Directory {
    let directory = Directory::new();
    directory
        .add(
            "users",
            "CREATE TABLE users (id int PRIMARY KEY, name varchar(40) NOT NULL);",
            "DROP TABLE users;",
        )
        .add(
            "orders",
            "CREATE TABLE orders (id int PRIMARY KEY, user_id int NOT NULL);\n\
             CREATE INDEX orders_by_user ON orders (user_id);",
            "DROP TABLE orders;",
        )
        .add(
            "invoices",
            "CREATE TABLE invoices (id int PRIMARY KEY, paid varchar(10));",
            "DROP TABLE invoices;",
        );
    directory
}

fn differences(server: &TestServer) {
    let graph = shop().graph();
    let identify = trying(server, &graph);
    let (drop_index, retype): (&str, &[&str]) = match server.dialect() {
        Dialect::Postgres => (
            "DROP INDEX orders_by_user",
            &["ALTER TABLE users ALTER name TYPE varchar(80)"],
        ),
        Dialect::MySql => (
            "DROP INDEX orders_by_user ON orders",
            &["ALTER TABLE users MODIFY name varchar(80) NOT NULL"],
        ),
        Dialect::Sqlite => (
            "DROP INDEX orders_by_user",
            &[
                "DROP TABLE users",
                "CREATE TABLE users (id int PRIMARY KEY, name varchar(80) NOT NULL)",
            ],
        ),
    };
    let extra = ["CREATE TABLE notes (text varchar(9))"];
    for (statements, revision, objects, says) in [
        (
            &[drop_index][..],
            "002",
            1,
            &["index ", "orders_by_user\n- CREATE INDEX"][..],
        ),
        (&extra, "003", 2, &["table ", "notes\n+ CREATE TABLE"]),
        (retype, "001", 1, &["users.name\n- ", "(40)", "+ ", "(80)"]),
    ] {
        let found = identified(server, &identify, &graph, &[revision], |session| {
            for statement in statements {
                execute(session, statement);
            }
        });
        let Place::Near {
            state,
            objects: count,
            diff,
        } = found.place
        else {
            panic!("{found:?}");
        };
        assert_eq!(state.heads, [revision], "{diff}");
        assert_eq!(count, objects, "{diff}");
        let mut text = diff.to_string();
        for part in says {
            let (_, rest) = text
                .split_once(part)
                .unwrap_or_else(|| panic!("{part}: {diff}"));
            text = rest.to_owned();
        }
        assert_eq!(diff.changes.len(), 1, "{diff}");
    }
}

fn bookkeeping(server: &TestServer) {
    let graph = shop().graph();
    let migrator = Migrator::new(&graph).unwrap();
    let identify = knowing(&graph, &made(server, &graph));
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    block_on(migrator.upgrade(&mut *session, "002")).unwrap();
    for table in [
        "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)",
        "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)",
    ] {
        execute(&mut *session, table);
    }
    if server.dialect() == Dialect::Postgres {
        execute(&mut *session, "GRANT SELECT ON users TO PUBLIC");
        execute(
            &mut *session,
            "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
        );
    }
    let found = block_on(identify.run(&mut *session)).unwrap();
    assert_eq!(at(&found), ["002"]);
    let left_out: Vec<String> = found.peers.iter().map(ToString::to_string).collect();
    assert_eq!(left_out, ["alembic_version", "schema_migrations"]);
}

/// Where the collation of a database is not the server's, that of its columns is not either.
fn defaults(server: &TestServer) {
    let graph = shop().graph();
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    execute(
        &mut *session,
        "ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_german2_ci",
    );
    apply(&mut *session, &graph, &graph.applied_at(["002"]).unwrap());
    let found = block_on(trying(server, &graph).run(&mut *session)).unwrap();
    assert_eq!(at(&found), ["002"]);
}

fn stale(server: &TestServer) {
    let directory = shop();
    let known = {
        let made = made(server, &directory.graph());
        let mut known = Fingerprints::default();
        known.set(made.release, made.fingerprints);
        known
    };
    directory.edit(
        "002_orders.up.sql",
        "INDEX orders_by_user ON",
        "INDEX by_user ON",
    );
    let graph = directory.graph();
    let identify = trying(server, &graph).fingerprints(&known);
    let found = identified(server, &identify, &graph, &["001"], |_| ());
    assert_eq!((at(&found), found.tried_on), (vec!["001".to_owned()], None));
    let found = identified(server, &identify, &graph, &["003"], |_| ());
    assert_eq!(at(&found), ["003"]);
    assert!(found.tried_on.is_some());
}

fn unapplied(server: &TestServer) {
    let directory = shop();
    let broken = "CREATE TABLE orders (id int PRIMARY KEY, user_id int NOT NULL);\nCREATE INDEX i ON nowhere (id);\n";
    directory.write(
        "002_orders.up.sql",
        format!("-- migcheck: revises = \"001\"\n{broken}"),
    );
    let graph = directory.graph();
    let made = made(server, &graph);
    assert_eq!(made.missing, ["002", "003"]);
    assert_eq!(
        made.fingerprints.into_keys().collect::<Vec<_>>(),
        ["001", "base"]
    );
    let found = identified(server, &trying(server, &graph), &graph, &["001"], |_| ());
    assert_eq!(
        (at(&found), found.missing.len()),
        (vec!["001".to_owned()], 2)
    );
}
