//! Snapshots of the servers that the environment names, separated by spaces; nothing without.

#![allow(clippy::unwrap_used, reason = "a test that cannot connect has failed")]

use migcheck_db::mysql::MySqlSession;
use migcheck_db::postgres::PostgresSession;
use migcheck_db::{Session as _, snapshot};
use sqlx::{Connection as _, MySqlConnection, PgConnection};

#[path = "../../tests/snapshot_cases/mod.rs"]
mod snapshot_cases;

fn urls(variable: &str) -> Vec<String> {
    let urls = std::env::var(variable).unwrap_or_default();
    urls.split_whitespace().map(str::to_owned).collect()
}

#[tokio::test]
async fn postgres() {
    let mut wrong = Vec::new();
    for url in urls("MIGCHECK_TEST_POSTGRES_URLS") {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let mut session = PostgresSession(&mut connection);
        let extension = [&snapshot_cases::postgres::EXTENSION];
        for case in snapshot_cases::postgres::CASES.iter().chain(extension) {
            session.execute("BEGIN").await.unwrap();
            wrong.extend(snapshot_cases::run_case(&mut session, case).await.err());
            session.execute("ROLLBACK").await.unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_snapshot_leaves_the_session_as_it_was() {
    let query = "SELECT current_setting('search_path')";
    for url in urls("MIGCHECK_TEST_POSTGRES_URLS") {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let mut session = PostgresSession(&mut connection);
        session
            .execute("SET search_path = '$user', public")
            .await
            .unwrap();
        let before = session.rows(query, &[]).await.unwrap();
        snapshot(&mut session, "h").await.unwrap();
        assert_eq!(session.rows(query, &[]).await.unwrap(), before);
        session
            .execute("BEGIN; SET search_path = pg_temp, public")
            .await
            .unwrap();
        let inside = session.rows(query, &[]).await.unwrap();
        snapshot(&mut session, "h").await.unwrap();
        assert_eq!(session.rows(query, &[]).await.unwrap(), inside);
        session.execute("COMMIT").await.unwrap();
        assert_eq!(session.rows(query, &[]).await.unwrap(), inside);
    }
}

#[tokio::test]
async fn mysql() {
    const DATABASE: &str = "migcheck_snapshot_cases";
    let mut wrong = Vec::new();
    for url in urls("MIGCHECK_TEST_MYSQL_URLS") {
        let mut connection = MySqlConnection::connect(&url).await.unwrap();
        let mut session = MySqlSession(&mut connection);
        let version = session.rows("SELECT VERSION()", &[]).await.unwrap();
        let own = if format!("{version:?}").contains("MariaDB") {
            snapshot_cases::mysql::MARIADB_ONLY
        } else {
            snapshot_cases::mysql::MYSQL_ONLY
        };
        for case in snapshot_cases::mysql::CASES.iter().chain(own) {
            let create = format!(
                "DROP DATABASE IF EXISTS {DATABASE}; CREATE DATABASE {DATABASE}; USE {DATABASE}"
            );
            session.execute(&create).await.unwrap();
            wrong.extend(snapshot_cases::run_case(&mut session, case).await.err());
        }
        session
            .execute(&format!("DROP DATABASE {DATABASE}"))
            .await
            .unwrap();
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
