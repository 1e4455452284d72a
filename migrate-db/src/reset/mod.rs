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

use std::fmt;

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
    /// What stays, and should not.
    pub kept: Vec<Kept>,
    /// What the database itself has that a new one has not; that is not a reset's to change.
    pub settings: Vec<Kept>,
}

/// What a reset left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What it is: `extension postgis`.
    pub what: String,
    /// Why it stays: `it belongs to rdsadmin`.
    pub why: String,
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)
    }
}

/// Whether a server says that this login may not do it: PostgreSQL's code, and MySQL's numbers.
fn is_not_allowed(error: &ServerError) -> bool {
    const CODES: [&str; 6] = ["42501", "1044", "1142", "1227", "1370", "1410"];
    error
        .code
        .as_deref()
        .is_some_and(|code| CODES.contains(&code))
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
    /// PostgreSQL keeps its roles, the database's settings, and the owner and privileges of the schema
    /// `public`; MySQL its users; SQLite the file. What this login may not drop stays, and is told of.
    ///
    /// # Errors
    ///
    /// Another run holds the lock; another schema of a PostgreSQL database has a history of its own,
    /// which would go too; or the server refuses to drop something. What was dropped before is gone.
    pub async fn reset<'a>(
        &self,
        database: impl IntoSession<'a>,
    ) -> Result<ResetReport, MigrateError> {
        let mut session = database.into_session().await?;
        let mut run = Run::new(self, &mut *session)?;
        let lock = run.lock().await?;
        let done = run.empty().await;
        run.unlock(&lock, done).await
    }
}

impl Run<'_> {
    async fn empty(&mut self) -> Result<ResetReport, MigrateError> {
        #[cfg(feature = "postgres")]
        if self.session.dialect() == Dialect::Postgres {
            let others = postgres::others(self.session, &self.table).await;
            let others = others.map_err(refused("the history tables could not be listed"))?;
            if !others.is_empty() {
                return Err(MigrateError::Shared(others));
            }
        }
        let done = empty(self.session).await;
        done.map_err(refused("the database is not empty yet"))
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
            self.drop_one(session, what, &sql).await?;
        }
        Ok(())
    }

    async fn drop_one(
        &mut self,
        session: &mut dyn Session,
        what: String,
        sql: &str,
    ) -> Result<(), ServerError> {
        match session.execute(sql).await {
            Ok(_) => self.dropped.push(what),
            Err(error) if is_not_allowed(&error) => self.kept.push(Kept {
                what,
                why: error.message,
            }),
            Err(mut error) => {
                error.message = format!("{what}: {}", error.message);
                return Err(error);
            }
        }
        Ok(())
    }
}

/// Reads rows of what goes: its name for a person, and the statement.
async fn doomed(session: &mut dyn Session, sql: &str) -> Result<Vec<Doomed>, ServerError> {
    let rows = pairs(session, sql).await?.into_iter();
    Ok(rows.map(|(what, sql)| Doomed { what, sql }).collect())
}

/// Reads rows of what stays, and why.
async fn kept(session: &mut dyn Session, sql: &str) -> Result<Vec<Kept>, ServerError> {
    let rows = pairs(session, sql).await?.into_iter();
    Ok(rows.map(|(what, why)| Kept { what, why }).collect())
}

/// The first two values of each row.
async fn pairs(session: &mut dyn Session, sql: &str) -> Result<Vec<(String, String)>, ServerError> {
    let rows = session.rows(sql, &[]).await?.into_iter();
    let read = rows.filter_map(|row| {
        let mut values = row.into_iter();
        Some((values.next()??, values.next()??))
    });
    Ok(read.collect())
}
