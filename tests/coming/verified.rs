//! `verify_schema` and `recognize`: a live schema against the fingerprints that came with the revisions.

use migcheck::db::{MigrateError, NoFingerprint};
use migcheck::harness::fingerprints;
use migcheck::{Dialect, Migrator, RevisionGraph};
use migcheck_core::fingerprints::Fingerprints;

use crate::support::{Case, Directory, TestServer, block_on, connect};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("a_schema_is_what_its_revisions_make_or_has_drifted", drifts),
        Case::new("a_schema_of_another_revision_is_named", stamped),
        Case::new("without_a_fingerprint_nothing_is_claimed", unknown),
        Case::new("the_schema_of_the_history_does_not_count", history_schema)
            .only(|server| server.dialect() == Dialect::Postgres),
        Case::new("another_collation_is_no_drift", collation)
            .only(|server| server.dialect() == Dialect::MySql),
        Case::new("several_heads_are_verified", heads),
    ]
}

fn shop() -> Directory {
    let directory = Directory::new();
    directory
        .add(
            "users",
            "CREATE TABLE users (id int, name varchar(40));",
            "DROP TABLE users;",
        )
        .add(
            "rows",
            "INSERT INTO users VALUES (1, 'a');",
            "DELETE FROM users;",
        )
        .add(
            "orders",
            "CREATE TABLE orders (id int);",
            "DROP TABLE orders;",
        );
    directory
}

/// The graph with what a round trip on the server records of it, as it is read from the file.
fn known(server: &TestServer, graph: RevisionGraph, release: Option<&str>) -> RevisionGraph {
    let made = fingerprints(&graph, &[server.on()]).unwrap_or_else(|error| panic!("{error}"));
    let mut all = Fingerprints::default();
    for made in made {
        all.set(
            release.map_or(made.release, str::to_owned),
            made.fingerprints,
        );
    }
    graph.with_fingerprints(&Fingerprints::parse(&all.to_text()).unwrap())
}

fn migrator(graph: RevisionGraph) -> Migrator {
    Migrator::new(graph).unwrap_or_else(|error| panic!("{error}"))
}

fn drifts(server: &TestServer) {
    let migrator = migrator(known(server, shop().graph(), None));
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let behind = block_on(migrator.verify_schema(&mut *session)).unwrap_err();
    assert!(matches!(behind, MigrateError::Pending(_)), "{behind}");
    block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    let release = block_on(migrator.verify_schema(&mut *session)).unwrap();
    assert_eq!(release.product, server.product());
    let found = block_on(migrator.recognize(&mut *session)).unwrap();
    assert_eq!(found.at, [["003"]]);

    let by_hand = "CREATE INDEX ix_by_hand ON users (id)";
    block_on(session.execute(by_hand)).unwrap();
    let error = block_on(migrator.verify_schema(&mut *session)).unwrap_err();
    let MigrateError::Drifted(drifted) = &error else {
        panic!("{error}");
    };
    assert_eq!(drifted.at, ["003"]);
    assert_eq!(drifted.is_of, [[""; 0]; 0]);
    assert_eq!(
        error.to_string(),
        format!(
            "the schema has drifted: it is not the one that 003 makes on {release}; \
             `cargo migcheck drift` shows what differs"
        )
    );
    // What is recorded is as it should be.
    block_on(migrator.verify(&mut *session)).unwrap();
    assert_eq!(
        block_on(migrator.recognize(&mut *session)).unwrap().at,
        [[""; 0]; 0]
    );
}

fn stamped(server: &TestServer) {
    let migrator = migrator(known(server, shop().graph(), None));
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    block_on(migrator.upgrade(&mut *session, "002")).unwrap();
    block_on(migrator.stamp(&mut *session, "head", false)).unwrap();
    block_on(migrator.verify(&mut *session)).unwrap();
    let error = block_on(migrator.verify_schema(&mut *session)).unwrap_err();
    let said = error.to_string();
    assert!(said.contains("but that of 001 or 002; "), "{said}");
}

fn unknown(server: &TestServer) {
    let bare = migrator(shop().graph());
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    block_on(bare.upgrade(&mut *session, "head")).unwrap();
    let why = |migrator: &Migrator| {
        let mut session = connect(&scratch);
        match block_on(migrator.verify_schema(&mut *session)).unwrap_err() {
            MigrateError::NoFingerprint(why) => why,
            error => panic!("{error}"),
        }
    };
    let none = why(&bare);
    assert!(matches!(&none, NoFingerprint::OfServer { known, .. } if known.is_empty()));
    assert!(
        none.to_string()
            .contains("came without fingerprints; make them"),
        "{none}"
    );

    let other = migrator(known(server, shop().graph(), Some("postgres-9")));
    let none = why(&other);
    assert!(
        none.to_string().contains(", but of postgres-9; make them"),
        "{none}"
    );

    // The newest revision was added since.
    let recorded = shop().graph();
    let made = fingerprints(&recorded, &[server.on()]).unwrap();
    let mut all = Fingerprints::default();
    let [made] = &made[..] else {
        panic!("one server")
    };
    all.set(&*made.release, made.fingerprints.clone());
    let directory = shop();
    directory.add(
        "search",
        "CREATE TABLE search (id int);",
        "DROP TABLE search;",
    );
    let grown = migrator(directory.graph().with_fingerprints(&all));
    block_on(grown.upgrade(&mut *session, "head")).unwrap();
    let none = why(&grown);
    assert!(
        matches!(&none, NoFingerprint::OfState { at, .. } if *at == ["004"]),
        "{none}"
    );

    // And the older program sees a revision that it does not have.
    let older = migrator(shop().graph().with_fingerprints(&all)).allow_ahead(true);
    assert_eq!(why(&older), NoFingerprint::Ahead(vec!["004".to_owned()]));
}

fn history_schema(server: &TestServer) {
    let directory = shop();
    let config = std::fs::read_to_string(directory.path("migcheck.toml")).unwrap();
    directory.write(
        "migcheck.toml",
        format!("{config}[history]\nschema = \"ops\"\n"),
    );
    let migrator = migrator(known(server, directory.graph(), None));
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    block_on(migrator.verify_schema(&mut *session)).unwrap();
    // What else is in there is no part of the history.
    block_on(session.execute("CREATE TABLE ops.notes (id int)")).unwrap();
    let error = block_on(migrator.verify_schema(&mut *session)).unwrap_err();
    assert!(matches!(error, MigrateError::Drifted(_)), "{error}");
}

fn collation(server: &TestServer) {
    let migrator = migrator(known(server, shop().graph(), None));
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    block_on(session.execute("ALTER DATABASE COLLATE utf8mb4_bin")).unwrap();
    block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    let error = block_on(migrator.verify_schema(&mut *session)).unwrap_err();
    let MigrateError::NoFingerprint(NoFingerprint::OfCollation { database, .. }) = &error else {
        panic!("{error}");
    };
    assert_eq!(database, "utf8mb4_bin");
}

fn heads(server: &TestServer) {
    let directory = shop();
    let config = std::fs::read_to_string(directory.path("migcheck.toml")).unwrap();
    directory
        .write("migcheck.toml", format!("heads = 2\n{config}"))
        .write(
            "004_search.up.sql",
            "-- migcheck: revises = \"001\"\n-- migcheck: depends-on = [\"002\"]\nCREATE TABLE search (id int);\n",
        )
        .write("004_search.down.sql", "DROP TABLE search;\n");
    let migrator = migrator(known(server, directory.graph(), None));
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    block_on(migrator.upgrade(&mut *session, "heads")).unwrap();
    block_on(migrator.verify_schema(&mut *session)).unwrap();
}
