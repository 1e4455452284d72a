//! `adopt`: the history that another tool has left.

use migcheck::db::Row;
use migcheck::db::adopt::{AdoptError, Adoption, Mismatch, Peer, Recorded, Wanted, look};
use migcheck::{Dialect, Migrator, RevisionGraph};

use crate::peer::{Database, Imported, database, own_layout};
use crate::support::{Case, TestServer, block_on};

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for peer in Peer::ALL {
        cases.push(Case::new(format!("{peer}_is_read"), move |server| {
            read(server, peer);
        }));
        cases.push(Case::new(format!("{peer}_at_nothing"), move |server| {
            nothing(server, peer);
        }));
        cases.push(Case::new(format!("{peer}_is_recorded"), move |server| {
            recorded(server, peer);
        }));
    }
    cases.extend([
        Case::new("migcheck_goes_on_from_there", goes_on),
        Case::new("what_was_taken_down_is_not_adopted_again", taken_down),
        Case::new("nothing_is_recorded_of_what_does_not_match", refused),
        Case::new("what_is_unknown_is_told", unknown),
        Case::new("gaps_are_told", gaps),
        Case::new("edits_are_told", edits),
        Case::new("what_is_dirty_is_told", dirty),
        Case::new("alembic_has_heads", heads),
        Case::new("a_table_has_to_be_there", not_found),
        Case::new("of_several_tools_one_is_named", several),
        Case::new("a_renamed_table_is_named", renamed),
        Case::new("a_table_in_another_schema_is_found", another_schema)
            .only(|server| server.product() == "postgres"),
        Case::new("a_new_tenant_is_not_what_another_schema_is", tenant)
            .only(|server| server.product() == "postgres"),
    ]);
    cases
}

fn looked(database: &mut Database, graph: &RevisionGraph) -> Result<Adoption, AdoptError> {
    look_for(database, graph, Wanted::default())
}

fn look_for(
    database: &mut Database,
    graph: &RevisionGraph,
    wanted: Wanted,
) -> Result<Adoption, AdoptError> {
    block_on(look(&mut *database.session, graph, &wanted))
}

#[track_caller]
fn told(database: &mut Database, graph: &RevisionGraph) -> Vec<String> {
    let adoption = looked(database, graph).unwrap_or_else(|error| panic!("{error}"));
    adoption
        .mismatches
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// Both layouts: the tool's own, and what was imported from it.
fn graphs(peer: Peer) -> Vec<RevisionGraph> {
    let imported = Imported::of(peer).graph();
    own_layout(peer).into_iter().chain([imported]).collect()
}

fn read(server: &TestServer, peer: Peer) {
    let mut database = database(server, peer);
    for graph in graphs(peer) {
        let found = looked(&mut database, &graph).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(found.table.peer, peer);
        assert_eq!(found.mismatches, []);
        let every: Vec<usize> = (0..graph.len()).collect();
        assert_eq!(found.revisions, graph.ids(&every));
        let verified = match peer {
            Peer::Sqlx | Peer::Refinery => graph.len(),
            _ => 0,
        };
        assert_eq!(found.verified, verified);
    }
}

fn nothing(server: &TestServer, peer: Peer) {
    let mut database = database(server, peer);
    database.execute(&format!("DELETE FROM {}", peer.table()));
    // What is there would be made once more.
    for graph in graphs(peer) {
        let refused = looked(&mut database, &graph).unwrap_err();
        assert!(
            matches!(&refused, AdoptError::Nothing { count: 1.., .. }),
            "{refused}"
        );
        assert!(
            refused
                .help()
                .is_some_and(|help| help.contains("`identify`"))
        );
    }
    let others: Vec<String> = block_on(database.session.rows(
        match database.dialect() {
            Dialect::Postgres => {
                "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()"
            }
            Dialect::MySql => {
                "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
            }
            Dialect::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table'",
        },
        &[],
    ))
    .unwrap()
    .into_iter()
    .flatten()
    .flatten()
    .filter(|name| name != peer.table() && !name.starts_with("sqlite_"))
    .collect();
    for _ in 0..others.len() {
        // In whatever order the foreign keys allow.
        for table in &others {
            let drop = format!("DROP TABLE IF EXISTS {table}");
            let _ = block_on(database.session.execute(&drop));
        }
    }
    for graph in graphs(peer) {
        let found = looked(&mut database, &graph).unwrap();
        assert_eq!(
            (found.revisions, found.mismatches),
            (Vec::new(), Vec::new())
        );
    }
}

fn recorded(server: &TestServer, peer: Peer) {
    for graph in graphs(peer) {
        let mut database = database(server, peer);
        let migrator = Migrator::new(&graph).unwrap();
        let heads = graph.ids(&graph.heads());
        let before = rows_of(&mut database, peer);
        let found = looked(&mut database, &graph).unwrap();
        let done = block_on(found.record(&migrator, &mut *database.session)).unwrap();
        assert_eq!(
            done,
            Recorded::Now {
                current: heads.clone()
            }
        );
        block_on(migrator.verify(&mut *database.session)).unwrap();
        let done = block_on(found.record(&migrator, &mut *database.session)).unwrap();
        let (current, beyond) = (heads, Vec::new());
        assert_eq!(done, Recorded::Before { current, beyond });
        assert_eq!(rows_of(&mut database, peer), before);
    }
}

fn rows_of(database: &mut Database, peer: Peer) -> Vec<Row> {
    let column = match peer {
        Peer::Alembic => "version_num",
        Peer::Goose => "version_id",
        _ => "version",
    };
    let sql = format!("SELECT {column} FROM {} ORDER BY 1", peer.table());
    block_on(database.session.rows(&sql, &[])).unwrap()
}

fn goes_on(server: &TestServer) {
    let mut database = database(server, Peer::Sqlx);
    database.execute("DELETE FROM _sqlx_migrations WHERE version = 3");
    let drop_index = match database.dialect() {
        Dialect::MySql => "DROP INDEX orders_by_user ON orders",
        _ => "DROP INDEX orders_by_user",
    };
    database.execute(drop_index);
    let graph = Imported::of(Peer::Sqlx).graph();
    let migrator = Migrator::new(&graph).unwrap();
    let found = looked(&mut database, &graph).unwrap();
    block_on(found.record(&migrator, &mut *database.session)).unwrap();
    let report = block_on(migrator.upgrade(&mut *database.session, "head")).unwrap();
    let steps: Vec<&str> = report.steps.iter().map(|step| &*step.revision).collect();
    assert_eq!(steps, ["0003"]);
    let done = block_on(found.record(&migrator, &mut *database.session)).unwrap();
    let ids = || vec!["0003".to_owned()];
    let (current, beyond) = (ids(), ids());
    assert_eq!(done, Recorded::Before { current, beyond });
}

/// The tool's table has it still; nor can it be told from what the tool has applied since.
fn taken_down(server: &TestServer) {
    for peer in [Peer::Sqlx, Peer::GolangMigrate] {
        let mut database = database(server, peer);
        let graph = Imported::of(peer).graph();
        let migrator = Migrator::new(&graph).unwrap();
        let found = looked(&mut database, &graph).unwrap();
        assert_eq!(
            block_on(found.before(&migrator, &mut *database.session)).unwrap(),
            None
        );
        block_on(found.record(&migrator, &mut *database.session)).unwrap();
        // The down scripts are not MySQL's.
        let go = |database: &mut Database, target: &str| {
            let session = &mut *database.session;
            match (session.dialect(), target) {
                (Dialect::MySql, _) => block_on(migrator.stamp(session, target, false)),
                (_, "head") => block_on(migrator.upgrade(session, target)),
                _ => block_on(migrator.downgrade(session, target)),
            }
            .unwrap_or_else(|error| panic!("{error}"));
        };
        let [first, second, third] = &found.revisions[..] else {
            panic!("{found:?}");
        };
        let taken = |target: &str| match target {
            "base" => vec![first.clone(), second.clone(), third.clone()],
            _ => vec![third.clone()],
        };
        for target in [second, "base"] {
            go(&mut database, target);
            for error in [
                block_on(found.record(&migrator, &mut *database.session)).unwrap_err(),
                block_on(found.before(&migrator, &mut *database.session)).unwrap_err(),
            ] {
                let AdoptError::NotApplied { revisions, .. } = &error else {
                    panic!("{error}");
                };
                assert_eq!(*revisions, taken(target));
                assert!(
                    error
                        .help()
                        .is_some_and(|help| help.contains("`downgrade`"))
                );
            }
            let pending = block_on(migrator.pending(&mut *database.session)).unwrap();
            assert_eq!(pending, taken(target));
        }
        go(&mut database, "head");
        let done = block_on(found.record(&migrator, &mut *database.session)).unwrap();
        assert!(matches!(done, Recorded::Before { .. }), "{done:?}");
    }
}

fn refused(server: &TestServer) {
    let mut database = database(server, Peer::Dbmate);
    database.execute("INSERT INTO schema_migrations VALUES ('1')");
    let graph = Imported::of(Peer::Dbmate).graph();
    let migrator = Migrator::new(&graph).unwrap();
    let found = looked(&mut database, &graph).unwrap();
    let error = block_on(found.record(&migrator, &mut *database.session)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the history of dbmate does not match the directory:\n  \
         `1` is applied, and no revision has this id"
    );
    let status = block_on(migrator.status(&mut *database.session)).unwrap();
    assert!(!status.has_history);
}

fn unknown(server: &TestServer) {
    let unknown = |version: &str, name: &str| {
        format!("`{version}`{name} is applied, and no revision has this id")
    };
    for (peer, insert, says) in [
        (
            Peer::Sqlx,
            "UPDATE _sqlx_migrations SET version = 4, description = 'teams' WHERE version = 3",
            unknown("4", " (teams)"),
        ),
        (
            Peer::Diesel,
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('20240104000000')",
            unknown("20240104000000", ""),
        ),
        (
            Peer::Refinery,
            "INSERT INTO refinery_schema_history VALUES (4, 'teams', '', '1')",
            unknown("4", " (teams)"),
        ),
        (
            Peer::GolangMigrate,
            "UPDATE schema_migrations SET version = 4",
            unknown("4", ""),
        ),
        (
            Peer::Dbmate,
            "INSERT INTO schema_migrations VALUES ('20240104000000')",
            unknown("20240104000000", ""),
        ),
        (
            Peer::Goose,
            "INSERT INTO goose_db_version (version_id, is_applied) VALUES (4, true)",
            unknown("4", ""),
        ),
        (
            Peer::Alembic,
            "UPDATE alembic_version SET version_num = '5f00aa05'",
            unknown("5f00aa05", ""),
        ),
    ] {
        let mut database = database(server, peer);
        database.execute(insert);
        assert_eq!(told(&mut database, &Imported::of(peer).graph()), [says]);
    }
}

fn gaps(server: &TestServer) {
    for (peer, delete, says) in [
        (
            Peer::Sqlx,
            "DELETE FROM _sqlx_migrations WHERE version = 2",
            "`0003` is applied, and `0002`, which it builds on, is not",
        ),
        (
            Peer::Dbmate,
            "DELETE FROM schema_migrations WHERE version = '20240102000000'",
            "`20240103000000` is applied, and `20240102000000`, which it builds on, is not",
        ),
        (
            Peer::Goose,
            "INSERT INTO goose_db_version (version_id, is_applied) VALUES (2, false)",
            "`00003` is applied, and `00002`, which it builds on, is not",
        ),
    ] {
        let mut database = database(server, peer);
        database.execute(delete);
        for graph in graphs(peer) {
            assert_eq!(told(&mut database, &graph), [says]);
        }
    }
}

fn edits(server: &TestServer) {
    for peer in [Peer::Sqlx, Peer::Refinery] {
        let mut database = database(server, peer);
        let imported = Imported::of(peer);
        imported.edit("orders", "-- Orders.");
        let graph = imported.graph();
        let found = looked(&mut database, &graph).unwrap();
        let [Mismatch::Edited { revision, .. }] = &*found.mismatches else {
            panic!("{found:?}");
        };
        assert_eq!(graph.position(revision), Some(1));
        assert_eq!(found.verified, 2);
    }
}

fn dirty(server: &TestServer) {
    for (peer, update, says) in [
        (
            Peer::Sqlx,
            "UPDATE _sqlx_migrations SET success = false WHERE version = 3",
            "`3` is not applied as a whole: it stopped in the middle of it",
        ),
        (
            Peer::GolangMigrate,
            "UPDATE schema_migrations SET dirty = true",
            "`3` is not applied as a whole: it stopped in the middle of it",
        ),
    ] {
        let mut database = database(server, peer);
        database.execute(update);
        assert_eq!(told(&mut database, &Imported::of(peer).graph()), [says]);
    }
}

fn heads(server: &TestServer) {
    let mut database = database(server, Peer::Alembic);
    let graph = Imported::of(Peer::Alembic).graph();
    for (rows, applied) in [
        ("('1f00aa01')", vec!["1f00aa01"]),
        ("('3f00aa03')", vec!["1f00aa01", "3f00aa03"]),
        (
            "('3f00aa03'), ('2f00aa02')",
            vec!["1f00aa01", "2f00aa02", "3f00aa03"],
        ),
    ] {
        database.execute("DELETE FROM alembic_version");
        database.execute(&format!("INSERT INTO alembic_version VALUES {rows}"));
        let found = looked(&mut database, &graph).unwrap();
        assert_eq!(
            (found.revisions, found.mismatches.len()),
            (applied.into_iter().map(str::to_owned).collect(), 0)
        );
    }
}

fn not_found(server: &TestServer) {
    let mut database = database(server, Peer::Sqlx);
    let graph = Imported::of(Peer::Sqlx).graph();
    let from = |from| Wanted {
        from: Some(from),
        table: None,
    };
    let error = look_for(&mut database, &graph, from(Peer::Diesel)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the database has no history of diesel, which would be the table `__diesel_schema_migrations`"
    );
    let drop = look_for(&mut database, &graph, from(Peer::Sqlx)).unwrap();
    database.execute(&drop.table.drop_statement(database.dialect()));
    let error = looked(&mut database, &graph).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the database has no history of another tool"
    );
    // The name alone does not make it one.
    database.execute("CREATE TABLE schema_migrations (version bigint, inserted_at timestamp)");
    assert!(matches!(
        looked(&mut database, &graph),
        Err(AdoptError::NotFound { .. })
    ));
}

fn several(server: &TestServer) {
    let mut database = database(server, Peer::Sqlx);
    database.execute("CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)");
    let graph = Imported::of(Peer::Sqlx).graph();
    let error = looked(&mut database, &graph).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the database has the history of several tools: `_sqlx_migrations` of sqlx, `alembic_version` of alembic"
    );
    let wanted = Wanted {
        from: Some(Peer::Sqlx),
        table: None,
    };
    let found = look_for(&mut database, &graph, wanted).unwrap();
    assert_eq!(found.revisions.len(), 3);
}

fn renamed(server: &TestServer) {
    let mut database = database(server, Peer::Goose);
    database.execute("ALTER TABLE goose_db_version RENAME TO versions");
    let graph = Imported::of(Peer::Goose).graph();
    assert!(looked(&mut database, &graph).is_err());
    let wanted = Wanted {
        from: None,
        table: Some("versions".to_owned()),
    };
    let found = look_for(&mut database, &graph, wanted).unwrap();
    assert_eq!((found.table.peer, found.revisions.len()), (Peer::Goose, 3));
}

fn another_schema(server: &TestServer) {
    let mut database = database(server, Peer::Alembic);
    let graph = Imported::of(Peer::Alembic).graph();
    database.execute("CREATE SCHEMA \"Ops\"; ALTER TABLE alembic_version SET SCHEMA \"Ops\"");
    let found = looked(&mut database, &graph).unwrap();
    assert_eq!(found.revisions.len(), 4);
    assert_eq!(found.table.to_string(), "Ops.alembic_version");
    assert_eq!(
        found.table.drop_statement(database.dialect()),
        "DROP TABLE \"Ops\".\"alembic_version\";"
    );
    // One tenant's as well as another's: neither is what a migration would find.
    database.execute("CREATE SCHEMA other; CREATE TABLE other.alembic_version (version_num text)");
    let error = looked(&mut database, &graph).unwrap_err();
    assert_eq!(error.help().unwrap(), "say which one counts with `--table`");
    let wanted = Wanted {
        from: None,
        table: Some("Ops.alembic_version".to_owned()),
    };
    assert_eq!(
        look_for(&mut database, &graph, wanted)
            .unwrap()
            .revisions
            .len(),
        4
    );
    database.execute("SET search_path = other");
    assert_eq!(looked(&mut database, &graph).unwrap().revisions.len(), 0);
}

fn tenant(server: &TestServer) {
    let mut database = database(server, Peer::Sqlx);
    let graph = Imported::of(Peer::Sqlx).graph();
    database.execute("CREATE SCHEMA tenant");
    for path in ["tenant", "tenant, public"] {
        database.execute(&format!("SET search_path = {path}"));
        let error = looked(&mut database, &graph).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the history of sqlx is in the schema `public`, and the one that migrations run in has no tables"
        );
        let help = error.help().unwrap();
        assert!(help.contains("`--table public._sqlx_migrations`"), "{help}");
    }
    // The tables may be in schemas that the scripts name.
    let wanted = Wanted {
        from: None,
        table: Some("public._sqlx_migrations".to_owned()),
    };
    let found = look_for(&mut database, &graph, wanted).unwrap();
    assert_eq!(found.revisions.len(), 3);
}
