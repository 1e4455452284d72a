//! What a caller may hand over as a database: a pool, a connection, or a session.

use migcheck_core::Dialect;

use crate::ServerError;
use crate::migrate_error::MigrateError;
use crate::session::{Another, BoxFuture, Row, Session};

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
    fn dialect(&self) -> Dialect {
        self.0.dialect()
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<u64, ServerError>> {
        self.0.execute(sql)
    }

    fn rows<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Option<&'a str>],
    ) -> BoxFuture<'a, Result<Vec<Row>, ServerError>> {
        self.0.rows(sql, params)
    }

    fn another(&self) -> Option<Another> {
        self.0.another()
    }
}

/// A connection out of a pool. Once something was executed on it, it is closed and does not go back:
/// with other settings than it came with, or, when a run is dropped before its end, with the lock and
/// an open transaction.
struct Pooled<S> {
    session: S,
    close: fn(&mut S),
    is_ours: bool,
    another: Another,
}

impl<S: Session> Session for Pooled<S> {
    fn dialect(&self) -> Dialect {
        self.session.dialect()
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<u64, ServerError>> {
        Box::pin(async move {
            if !self.is_ours {
                self.is_ours = true;
                if !is_in_memory(&mut self.session).await {
                    (self.close)(&mut self.session);
                }
            }
            self.session.execute(sql).await
        })
    }

    fn rows<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Option<&'a str>],
    ) -> BoxFuture<'a, Result<Vec<Row>, ServerError>> {
        let is_open = self.session.dialect() == Dialect::MySql && !self.is_ours;
        Box::pin(async move {
            if is_open && params.is_empty() {
                // Where nothing commits by itself, whoever had the connection before has left a
                // transaction, which reads what was there when it began.
                let sql = format!("COMMIT; {sql}; COMMIT");
                return self.session.rows(&sql, params).await;
            }
            self.session.rows(sql, params).await
        })
    }

    fn another(&self) -> Option<Another> {
        Some(std::sync::Arc::clone(&self.another))
    }
}

/// Whether the database would go with its connection.
async fn is_in_memory(session: &mut dyn Session) -> bool {
    if session.dialect() != Dialect::Sqlite {
        return false;
    }
    let sql = "SELECT file FROM pragma_database_list WHERE name = 'main' AND file <> ''";
    session
        .rows(sql, &[])
        .await
        .is_ok_and(|rows| rows.is_empty())
}

macro_rules! sources {
    ($feature:literal, $database:ty, $connection:ty, $session:path, $dialect:path) => {
        #[cfg(feature = $feature)]
        impl<'a> IntoSession<'a> for &'a sqlx::Pool<$database> {
            fn into_session(self) -> BoxFuture<'a, Result<Box<dyn Session + 'a>, MigrateError>> {
                Box::pin(async move {
                    let connection = self
                        .acquire()
                        .await
                        .map_err(|error| crate::connect::of_pool($dialect, &error))?;
                    // Not out of the pool, which may have no more than this one.
                    let options = self.connect_options();
                    let another: Another = std::sync::Arc::new(move || {
                        let options = std::sync::Arc::clone(&options);
                        Box::pin(async move {
                            let connection = sqlx::ConnectOptions::connect(&*options).await;
                            let connection =
                                connection.map_err(|error| ServerError::from_sqlx(&error, ""))?;
                            Ok(Box::new($session(Box::new(connection))) as Box<dyn Session>)
                        })
                    });
                    Ok(Box::new(Pooled {
                        session: $session(connection),
                        close: |session| session.0.close_on_drop(),
                        is_ours: false,
                        another,
                    }) as Box<dyn Session + 'a>)
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

sources!(
    "postgres",
    sqlx::Postgres,
    sqlx::PgConnection,
    crate::postgres::PostgresSession,
    Dialect::Postgres
);
sources!(
    "mysql",
    sqlx::MySql,
    sqlx::MySqlConnection,
    crate::mysql::MySqlSession,
    Dialect::MySql
);
sources!(
    "sqlite",
    sqlx::Sqlite,
    sqlx::SqliteConnection,
    crate::sqlite::SqliteSession,
    Dialect::Sqlite
);
