//! What a caller may hand over as a database: a pool, a connection, or a session.

use crate::migrator::MigrateError;
use crate::session::{BoxFuture, Session};

/// A pool, a connection or a session that migrations can be run on.
pub trait IntoSession<'a>: Send {
    /// One connection of it, for as long as the run takes.
    fn into_session(self) -> BoxFuture<'a, Result<Box<dyn Session + 'a>, MigrateError>>;
}

impl<'a, 'b: 'a> IntoSession<'a> for &'a mut (dyn Session + 'b) {
    fn into_session(self) -> BoxFuture<'a, Result<Box<dyn Session + 'a>, MigrateError>> {
        Box::pin(async move { Ok(Box::new(Borrowed(self)) as Box<dyn Session + 'a>) })
    }
}

struct Borrowed<'a, 'b>(&'a mut (dyn Session + 'b));

impl Session for Borrowed<'_, '_> {
    fn dialect(&self) -> migcheck_core::Dialect {
        self.0.dialect()
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<u64, crate::ServerError>> {
        self.0.execute(sql)
    }

    fn rows<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Option<&'a str>],
    ) -> BoxFuture<'a, Result<Vec<crate::Row>, crate::ServerError>> {
        self.0.rows(sql, params)
    }
}

macro_rules! sources {
    ($feature:literal, $database:ty, $connection:ty, $session:path, $leave:expr) => {
        #[cfg(feature = $feature)]
        impl<'a> IntoSession<'a> for &'a sqlx::Pool<$database> {
            fn into_session(self) -> BoxFuture<'a, Result<Box<dyn Session + 'a>, MigrateError>> {
                Box::pin(async move {
                    let mut connection = self
                        .acquire()
                        .await
                        .map_err(|error| MigrateError::Connect(error.to_string()))?;
                    let leave: fn(&mut sqlx::pool::PoolConnection<$database>) = $leave;
                    leave(&mut connection);
                    Ok(Box::new($session(connection)) as Box<dyn Session + 'a>)
                })
            }
        }

        #[cfg(feature = $feature)]
        impl<'a> IntoSession<'a> for &'a mut $connection {
            fn into_session(self) -> BoxFuture<'a, Result<Box<dyn Session + 'a>, MigrateError>> {
                Box::pin(async move { Ok(Box::new($session(self)) as Box<dyn Session + 'a>) })
            }
        }
    };
}

/// A connection does not go back to a pool with other settings than it came with, nor, when a run is
/// dropped before its end, with the lock and an open transaction.
#[cfg(any(feature = "mysql", feature = "postgres"))]
fn close<D: sqlx::Database>(connection: &mut sqlx::pool::PoolConnection<D>) {
    connection.close_on_drop();
}

sources!(
    "postgres",
    sqlx::Postgres,
    sqlx::PgConnection,
    crate::postgres::PostgresSession,
    close
);
sources!(
    "mysql",
    sqlx::MySql,
    sqlx::MySqlConnection,
    crate::mysql::MySqlSession,
    close
);
sources!(
    "sqlite",
    sqlx::Sqlite,
    sqlx::SqliteConnection,
    crate::sqlite::SqliteSession,
    // A database in memory would go with its connection.
    |_| ()
);
