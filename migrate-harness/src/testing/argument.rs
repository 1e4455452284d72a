//! What a test may take as its argument, and return.

use std::fmt;

use migcheck_core::Dialect;
use migcheck_db::session::BoxFuture;
use migcheck_db::{DatabaseUrl, Session, connect};
use sqlx::Connection as _;

/// The connections of a test's pool at most: many tests share a server, and PostgreSQL has a
/// hundred in all.
const CONNECTIONS: u32 = 5;

/// What a `#[migcheck::test]` takes: the way it talks to its database.
///
/// ```compile_fail,E0277
/// fn takes<A: migcheck_harness::testing::TestArgument>() {}
/// takes::<String>();
/// ```
#[diagnostic::on_unimplemented(
    message = "a `#[migcheck::test]` cannot be given a `{Self}`",
    label = "this is no database",
    note = "it takes a `sqlx::PgPool`, `sqlx::MySqlPool` or `sqlx::SqlitePool`, a connection of one of these, \
            a `Box<dyn migcheck::db::Session>` or a `migcheck::db::DatabaseUrl`",
    note = "where it is one of them, the package uses another version of sqlx than migcheck does"
)]
pub trait TestArgument: Sized {
    /// The dialect that it speaks, where it speaks one alone.
    const DIALECT: Option<Dialect>;

    /// Opens it on the database at `url`.
    fn open(url: &DatabaseUrl) -> BoxFuture<'_, Result<Self, OpenError>>;
}

/// The database could not be reached in the way that the test wants. It shows no password.
#[derive(Debug)]
pub struct OpenError(String);

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "its database cannot be opened: {}", self.0)
    }
}

impl std::error::Error for OpenError {}

impl OpenError {
    fn new(url: &DatabaseUrl, error: &sqlx::Error) -> Self {
        Self(url.mask(&error.to_string()))
    }
}

macro_rules! arguments {
    ($($dialect:expr, $database:ty, $connection:ty;)*) => {$(
        impl TestArgument for sqlx::Pool<$database> {
            const DIALECT: Option<Dialect> = Some($dialect);

            fn open(url: &DatabaseUrl) -> BoxFuture<'_, Result<Self, OpenError>> {
                Box::pin(async move {
                    sqlx::pool::PoolOptions::new()
                        .max_connections(CONNECTIONS)
                        .connect(&url.reveal())
                        .await
                        .map_err(|error| OpenError::new(url, &error))
                })
            }
        }

        impl TestArgument for $connection {
            const DIALECT: Option<Dialect> = Some($dialect);

            fn open(url: &DatabaseUrl) -> BoxFuture<'_, Result<Self, OpenError>> {
                Box::pin(async move {
                    <$connection>::connect(&url.reveal())
                        .await
                        .map_err(|error| OpenError::new(url, &error))
                })
            }
        }
    )*};
}

arguments! {
    Dialect::Postgres, sqlx::Postgres, sqlx::PgConnection;
    Dialect::MySql, sqlx::MySql, sqlx::MySqlConnection;
    Dialect::Sqlite, sqlx::Sqlite, sqlx::SqliteConnection;
}

impl TestArgument for Box<dyn Session> {
    const DIALECT: Option<Dialect> = None;

    fn open(url: &DatabaseUrl) -> BoxFuture<'_, Result<Self, OpenError>> {
        Box::pin(async move {
            connect(url)
                .await
                .map_err(|error| OpenError(error.to_string()))
        })
    }
}

impl TestArgument for DatabaseUrl {
    const DIALECT: Option<Dialect> = None;

    fn open(url: &DatabaseUrl) -> BoxFuture<'_, Result<Self, OpenError>> {
        Box::pin(async move { Ok(url.clone()) })
    }
}

/// What a `#[migcheck::test]` may return.
#[diagnostic::on_unimplemented(
    message = "a `#[migcheck::test]` cannot return `{Self}`",
    note = "it returns nothing, or a `Result<(), E>` with an error that is `Debug`"
)]
pub trait TestOutput {
    /// Whether the test failed.
    fn is_failure(&self) -> bool;
}

impl TestOutput for () {
    fn is_failure(&self) -> bool {
        false
    }
}

impl<E: fmt::Debug> TestOutput for Result<(), E> {
    fn is_failure(&self) -> bool {
        self.is_err()
    }
}
