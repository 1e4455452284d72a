//! Snapshots of SQLite, which is embedded: nothing has to be installed.

#![allow(clippy::unwrap_used, reason = "a test that cannot connect has failed")]

use migcheck_db::sqlite::SqliteSession;
use migcheck_db::{Session as _, Snapshot, snapshot};
use sqlx::{Connection as _, SqliteConnection};

#[path = "../../tests/snapshot_cases/mod.rs"]
mod snapshot_cases;

#[tokio::test]
async fn every_kind_of_change_is_seen_and_undone() {
    let mut wrong = Vec::new();
    for case in snapshot_cases::sqlite::CASES {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let mut session = SqliteSession(&mut connection);
        wrong.extend(snapshot_cases::run_case(&mut session, case).await.err());
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn an_empty_database_is_the_empty_snapshot() {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    let mut session = SqliteSession(&mut connection);
    let empty = snapshot(&mut session, "h").await.unwrap();
    assert_eq!(empty, Snapshot::default());
    assert_eq!(empty.fingerprint(), Snapshot::default().fingerprint());

    session.execute("CREATE TABLE t (b, a)").await.unwrap();
    let one = snapshot(&mut session, "h").await.unwrap();
    assert_ne!(one.fingerprint(), empty.fingerprint());
    assert_eq!(one.to_sql(), "CREATE TABLE t (\n  b,\n  a\n);\n");
}
