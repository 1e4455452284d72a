//! `#[migcheck::test]`, as a user writes it: on the databases of a real server, side by side.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what breaks has failed the test"
)]

mod ends;

use migcheck::db::{DatabaseUrl, Session};
use sqlx::{MySqlConnection, MySqlPool, PgConnection, PgPool, SqliteConnection, SqlitePool};

static MIGRATIONS: migcheck::Migrations =
    migcheck::embed!("examples/rag-service/migrations", watch = false);

/// Adds a user where there is none. Were a database shared by two tests, the second would find one.
macro_rules! adds_the_only_user {
    ($database:expr) => {{
        let count = "SELECT count(*) FROM users";
        let before: i64 = sqlx::query_scalar(count).fetch_one($database).await?;
        assert_eq!(before, 0);
        sqlx::query(include_str!("ada.sql"))
            .execute($database)
            .await?;
        let after: i64 = sqlx::query_scalar(count).fetch_one($database).await?;
        assert_eq!(after, 1);
        Ok(())
    }};
}

/// The same tests on another server.
macro_rules! on_a_server {
    ($module:ident, $on:literal, $pool:ty, $connection:ty) => {
        mod $module {
            use super::*;

            #[migcheck::test(migrations = MIGRATIONS, on = $on)]
            async fn a_pool_is_ready(pool: $pool) -> Result<(), sqlx::Error> {
                adds_the_only_user!(&pool)
            }

            #[migcheck::test(migrations = crate::MIGRATIONS, at = "head", on = $on,)]
            async fn a_connection_is_ready(mut one: $connection) -> Result<(), sqlx::Error> {
                adds_the_only_user!(&mut one)
            }

            #[migcheck::test(migrations = crate::MIGRATIONS, on = $on)]
            async fn a_session_is_ready(mut session: Box<dyn Session>) {
                session.execute(include_str!("ada.sql")).await.unwrap();
            }

            #[migcheck::test(migrations = crate::MIGRATIONS, at = "002", on = $on)]
            async fn migrations_stop_at_the_target(pool: $pool) {
                let of_the_next = "SELECT external_ref FROM rag_chunks";
                assert!(sqlx::query(of_the_next).execute(&pool).await.is_err());
                let of_the_target = "SELECT count(*) FROM rag_chunks";
                assert!(sqlx::query(of_the_target).execute(&pool).await.is_ok());
            }

            #[migcheck::test(migrations = crate::MIGRATIONS, at = "base", on = $on)]
            async fn the_base_is_an_empty_database(pool: $pool) {
                let create = "CREATE TABLE users (id INTEGER)";
                sqlx::query(create).execute(&pool).await.unwrap();
            }

            #[migcheck::test(migrations = crate::MIGRATIONS, fixtures = ["ada.sql"], on = $on)]
            async fn fixtures_are_loaded(pool: $pool) {
                let email = "SELECT email FROM users";
                let email: String = sqlx::query_scalar(email).fetch_one(&pool).await.unwrap();
                assert_eq!(email, "ada@example.org");
            }
        }
    };
}

on_a_server!(sqlite, "sqlite", SqlitePool, SqliteConnection);
on_a_server!(postgres, "postgres:17", PgPool, PgConnection);
on_a_server!(mysql, "mysql:9.7", MySqlPool, MySqlConnection);

/// The configuration lists SQLite first, and the type agrees.
#[migcheck::test(migrations = MIGRATIONS)]
async fn the_server_is_that_of_the_config(url: DatabaseUrl) {
    assert_eq!(url.dialect(), migcheck::Dialect::Sqlite);
}

#[migcheck::test(migrations = MIGRATIONS)]
#[should_panic(expected = "raised by the test")]
async fn a_panic_is_that_of_the_test(_pool: SqlitePool) {
    panic!("raised by the test");
}

#[migcheck::test(migrations = MIGRATIONS, on = "env:MIGCHECK_NO_SUCH_SERVER")]
#[should_panic(expected = "MIGCHECK_NO_SUCH_SERVER names, and it is not set")]
async fn a_test_without_its_server_fails(_pool: SqlitePool) {}

#[migcheck::test(migrations = MIGRATIONS, on = "sqlite")]
#[should_panic(expected = "takes its database by a type of postgres, and `sqlite` speaks sqlite")]
async fn a_test_cannot_talk_to_another_database(_pool: PgPool) {}

#[migcheck::test(migrations = MIGRATIONS, at = "013")]
#[should_panic(expected = "there is no database for this test: ")]
async fn a_target_has_to_exist(_pool: SqlitePool) {}

#[migcheck::test(migrations = MIGRATIONS, fixtures = ["unknown_table.sql"])]
#[should_panic(expected = "--> unknown_table.sql:2")]
async fn a_fixture_that_fails_is_shown(_pool: SqlitePool) {}
