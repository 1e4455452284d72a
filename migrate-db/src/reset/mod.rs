//! Emptying a database without dropping it: its grants, settings and connections stay.
//!
//! Each dialect's file says which statements take its objects away. Every statement stands for itself,
//! because one transaction would need a lock on every object at once; a reset that was interrupted is
//! finished by the next.

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use migcheck_core::Dialect;

use crate::migrate_error::{MigrateError, refused};
use crate::migrator::Migrator;
use crate::run::Run;
use crate::source::IntoSession;
use crate::{ServerError, Session};

/// What a reset did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResetReport {
    /// What was dropped, in the server's words: `table public.users`.
    pub dropped: Vec<String>,
    /// What stays because it belongs to somebody else: `extension postgis`.
    pub kept: Vec<String>,
}

/// Something that goes.
struct Doomed {
    /// What it is, for a person.
    what: String,
    /// The statement that drops it, if it is still there.
    sql: String,
}

impl Migrator {
    /// Drops every object in the database, its history table included, while no other run is at work.
    ///
    /// PostgreSQL keeps the schema `public`, what belongs to extensions that the login may not drop,
    /// roles, default privileges and the database's settings; MySQL its users; SQLite the file.
    ///
    /// # Errors
    ///
    /// Another run holds the lock, or the server refuses to drop something. What was dropped before is
    /// gone.
    pub async fn reset<'a>(
        &self,
        database: impl IntoSession<'a>,
    ) -> Result<ResetReport, MigrateError> {
        let mut session = database.into_session().await?;
        let mut run = Run::new(self, &mut *session)?;
        let lock = run.lock().await?;
        let done = empty(run.session).await;
        run.unlock(
            &lock,
            done.map_err(refused("the database is not empty yet")),
        )
        .await
    }
}

async fn empty(session: &mut dyn Session) -> Result<ResetReport, ServerError> {
    match session.dialect() {
        #[cfg(feature = "postgres")]
        Dialect::Postgres => postgres::reset(session).await,
        #[cfg(feature = "mysql")]
        Dialect::MySql => mysql::reset(session).await,
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => sqlite::reset(session).await,
        #[allow(unreachable_patterns)]
        other => Err(ServerError::local(format!(
            "migcheck was built without its `{other}` feature"
        ))),
    }
}

impl ResetReport {
    async fn drop_all(
        &mut self,
        session: &mut dyn Session,
        doomed: Vec<Doomed>,
    ) -> Result<(), ServerError> {
        for Doomed { what, sql } in doomed {
            session.execute(&sql).await.map_err(|mut error| {
                error.message = format!("{what}: {}", error.message);
                error
            })?;
            self.dropped.push(what);
        }
        Ok(())
    }
}

/// Reads rows of what goes: its name for a person, and the statement.
async fn doomed(session: &mut dyn Session, sql: &str) -> Result<Vec<Doomed>, ServerError> {
    let rows = session.rows(sql, &[]).await?.into_iter();
    let read = rows.filter_map(|row| {
        let mut values = row.into_iter();
        Some(Doomed {
            what: values.next()??,
            sql: values.next()??,
        })
    });
    Ok(read.collect())
}
