//! Upgrade, downgrade and current, on whatever the caller has.

use std::str::FromStr as _;

use migcheck::db::IntoSession;
use migcheck::harness::Scratch;
use migcheck::{Dialect, Direction, MigrateError, RevisionGraph};
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlPool};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool};
use sqlx::{Connection as _, Database, Pool};

use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{four_tables, has_table, migrator, recorded, rows, steps, upgrade};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("a_pool_is_migrated", pool),
        Case::new("a_connection_is_migrated", connection),
        Case::new("a_session_is_migrated", session),
        Case::new("the_history_says_what_was_run", history),
        Case::new("what_is_irreversible_stays", irreversible),
        Case::new("a_target_has_to_exist", unknown_target),
        Case::new("the_example_service_is_migrated", example_service),
    ]
}

/// Up, down and somewhere between; `$database` is evaluated anew for each run.
macro_rules! story {
    ($database:expr) => {{
        let migrator = migrator(four_tables().graph());
        assert_eq!(migrator.current($database).await.unwrap(), [""; 0]);
        let done = migrator.upgrade($database, "head").await.unwrap();
        assert_eq!(steps(&done), ["+001", "+002", "+003", "+004"]);
        assert_eq!(done.current, ["004"]);

        let again = migrator.upgrade($database, "head").await.unwrap();
        assert_eq!(steps(&again), [""; 0]);
        assert_eq!(again.current, ["004"]);

        let down = migrator.downgrade($database, "-1").await.unwrap();
        assert_eq!(steps(&down), ["-004"]);
        assert_eq!(migrator.current($database).await.unwrap(), ["003"]);
        let base = migrator.downgrade($database, "base").await.unwrap();
        assert_eq!(steps(&base), ["-003", "-002", "-001"]);
        assert_eq!(base.current, [""; 0]);

        let first = migrator.upgrade($database, "+1").await.unwrap();
        assert_eq!(steps(&first), ["+001"]);
        let third = migrator.upgrade($database, "003").await.unwrap();
        assert_eq!(steps(&third), ["+002", "+003"]);
        let first = migrator.downgrade($database, "001").await.unwrap();
        assert_eq!(steps(&first), ["-003", "-002"]);
        assert_eq!(migrator.current($database).await.unwrap(), ["001"]);
    }};
}

async fn pool_story<D: Database>(pool: Pool<D>)
where
    for<'a> &'a Pool<D>: IntoSession<'a>,
{
    story!(&pool);
    pool.close().await;
}

fn pool(server: &TestServer) {
    let scratch = server.scratch();
    let url = scratch.url().reveal();
    block_on(async {
        match server.dialect() {
            Dialect::Postgres => pool_story(PgPool::connect(&url).await.unwrap()).await,
            Dialect::MySql => pool_story(MySqlPool::connect(&url).await.unwrap()).await,
            Dialect::Sqlite => pool_story(SqlitePool::connect(&url).await.unwrap()).await,
        }
    });
    only_the_first(&scratch);
}

fn connection(server: &TestServer) {
    let scratch = server.scratch();
    let url = scratch.url().reveal();
    block_on(async {
        match server.dialect() {
            Dialect::Postgres => {
                let options = PgConnectOptions::from_str(&url).unwrap();
                let mut connection = PgConnection::connect_with(&options).await.unwrap();
                story!(&mut connection);
            }
            Dialect::MySql => {
                let options = MySqlConnectOptions::from_str(&url).unwrap();
                let mut connection = MySqlConnection::connect_with(&options).await.unwrap();
                story!(&mut connection);
            }
            Dialect::Sqlite => {
                let options = SqliteConnectOptions::from_str(&url).unwrap();
                let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
                story!(&mut connection);
            }
        }
    });
    only_the_first(&scratch);
}

fn session(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    block_on(async { story!(&mut *session) });
    only_the_first(&scratch);
}

/// What the story leaves.
fn only_the_first(scratch: &Scratch) {
    let mut session = connect(scratch);
    let there = ["one", "two", "three", "four"].map(|table| has_table(&mut *session, table));
    assert_eq!(there, [true, false, false, false]);
    assert_eq!(recorded(&mut *session), ["001"]);
}

fn example() -> RevisionGraph {
    Directory::copy_of("examples/rag-service/migrations").graph()
}

fn history(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    upgrade(example(), &mut *session).unwrap();
    let sql = "SELECT revision, state, checksum, chain, down_script FROM _migcheck_revisions ORDER BY revision";
    let recorded = rows(&mut *session, sql);
    let graph = example();
    let expected = graph.revisions().iter().map(|revision| {
        let script = |direction| revision.script(direction, server.dialect());
        let down = script(Direction::Down).map(|down| down.source.text.to_string());
        vec![
            revision.id.to_string(),
            "applied".to_owned(),
            script(Direction::Up).unwrap().checksum.to_string(),
            revision.chain.to_string(),
            down.unwrap_or_default(),
        ]
    });
    assert_eq!(recorded, expected.collect::<Vec<_>>());

    let sql = match server.dialect() {
        Dialect::Postgres => {
            "SELECT applied_at > now() - interval '1 minute' AND applied_at <= now(), applied_by = current_user, statements_done = statements_total, fingerprint, version FROM _migcheck_revisions"
        }
        Dialect::MySql => {
            "SELECT CAST(applied_at > now() - interval 1 minute AND applied_at <= now(6) AS CHAR), CAST(applied_by = current_user() AS CHAR), CAST(statements_done = statements_total AS CHAR), fingerprint, version FROM _migcheck_revisions"
        }
        Dialect::Sqlite => {
            "SELECT applied_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 minute') AND applied_at <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), applied_by = '', statements_done = statements_total, fingerprint, version FROM _migcheck_revisions"
        }
    };
    for row in rows(&mut *session, sql) {
        let yes = if server.dialect() == Dialect::Postgres {
            "t"
        } else {
            "1"
        };
        assert_eq!(row, [yes, yes, yes, "", env!("CARGO_PKG_VERSION")]);
    }
}

fn irreversible(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(example());
    block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    // It is refused before anything is taken down.
    let error = block_on(migrator.downgrade(&mut *session, "010")).unwrap_err();
    assert!(matches!(error, MigrateError::NoScript { .. }), "{error}");
    assert!(error.to_string().contains("kept nowhere else"), "{error}");
    assert_eq!(recorded(&mut *session).len(), 12);
}

fn unknown_target(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let error = block_on(migrator(example()).upgrade(&mut *session, "013")).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("no revision or label is called `013`"),
        "{error}"
    );
    // Not even the history table was made.
    assert!(!has_table(&mut *session, "_migcheck_revisions"));
}

/// A merge, a script of its own for each dialect, and one that may not run in a transaction.
fn example_service(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let migrator = migrator(example());
    let report = block_on(migrator.upgrade(&mut *session, "conversations")).unwrap();
    assert_eq!(report.current, ["007"]);
    let report = block_on(migrator.upgrade(&mut *session, "ingestion")).unwrap();
    assert_eq!(steps(&report), ["+008"]);
    assert_eq!(report.current, ["007", "008"]);
    let report = block_on(migrator.upgrade(&mut *session, "011")).unwrap();
    assert_eq!(steps(&report), ["+009", "+010", "+011"]);
    let report = block_on(migrator.downgrade(&mut *session, "base")).unwrap();
    assert_eq!(report.steps.len(), 11);
    let report = block_on(migrator.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(report.current, ["012"]);
}
