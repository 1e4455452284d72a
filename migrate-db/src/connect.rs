//! Opening a session, on the rules that a deployment has.

mod advice;
mod error;
mod opened;
#[cfg(feature = "postgres")]
mod search_path;
mod tls;

use std::str::FromStr as _;
use std::time::Duration;

use migcheck_core::Dialect;
use sqlx::ConnectOptions as _;

pub use error::{ConnectError, ConnectErrorKind};

use crate::DatabaseUrl;
use crate::session::Session;
pub(crate) use error::of_pool;
use opened::Opened;
use tls::bad_file;

/// How to open a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectOptions {
    /// How long to wait for the server; 10 seconds unless told otherwise.
    pub timeout: Duration,
    /// Whether a missing SQLite file is made. Off, because a typo must not make a database.
    pub create_if_missing: bool,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            create_if_missing: false,
        }
    }
}

impl ConnectOptions {
    /// Waits for `timeout` at most.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Makes a SQLite file that is not there.
    #[must_use]
    pub fn create_if_missing(mut self, create: bool) -> Self {
        self.create_if_missing = create;
        self
    }
}

/// Opens a session with the default [`ConnectOptions`].
///
/// # Errors
///
/// When the server is not there, does not let us in, or does not know the database.
pub async fn connect(url: &DatabaseUrl) -> Result<Box<dyn Session>, ConnectError> {
    connect_with(url, &ConnectOptions::default()).await
}

/// Opens a session.
///
/// The session is the server's own: migcheck sets no SQL mode and no time zone, because a migration
/// that passes here must have met the same rules as in production. PostgreSQL's driver sets the time
/// zone to UTC, in an application as here.
///
/// # Errors
///
/// When the server is not there, does not let us in, or does not know the database.
pub async fn connect_with(
    url: &DatabaseUrl,
    options: &ConnectOptions,
) -> Result<Box<dyn Session>, ConnectError> {
    if let Some(cause) = bad_file(url) {
        return Err(ConnectError::new(
            url,
            ConnectErrorKind::Configuration,
            &cause,
        ));
    }
    let opening = open_checked(url, options);
    match tokio::time::timeout(options.timeout, opening).await {
        Ok(Ok(session)) => Ok(Box::new(Opened::new(session, url, *options))),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(ConnectError::new(
            url,
            ConnectErrorKind::Timeout,
            &format!("no answer within {}", rounded(options.timeout)),
        )),
    }
}

async fn open_checked(
    url: &DatabaseUrl,
    options: &ConnectOptions,
) -> Result<Box<dyn Session>, ConnectError> {
    let opened = open(url, options).await;
    #[allow(unused_mut, reason = "without PostgreSQL nothing is asked")]
    let mut session = opened.map_err(|error| ConnectError::of(url, &error))?;
    #[cfg(feature = "postgres")]
    search_path::check(url, &mut *session).await?;
    Ok(session)
}

/// A time in whole seconds, the nearest; what is shorter than one, in milliseconds.
fn rounded(time: Duration) -> String {
    match time.as_millis() {
        millis @ 0..1000 => format!("{millis}ms"),
        millis => format!("{}s", (millis + 500) / 1000),
    }
}

async fn open(
    url: &DatabaseUrl,
    options: &ConnectOptions,
) -> Result<Box<dyn Session>, sqlx::Error> {
    match url.dialect() {
        #[cfg(feature = "postgres")]
        Dialect::Postgres => postgres(url).await,
        #[cfg(feature = "mysql")]
        Dialect::MySql => mysql(url).await,
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => sqlite(url, options).await,
        #[allow(unreachable_patterns)]
        other => {
            let _ = options;
            let without = format!("this program was built without migcheck's feature `{other}`");
            Err(sqlx::Error::Configuration(without.into()))
        }
    }
}

#[cfg(feature = "postgres")]
async fn postgres(url: &DatabaseUrl) -> Result<Box<dyn Session>, sqlx::Error> {
    // sqlx would ask for digits that PostgreSQL shows anyway, and PgBouncer refuses that.
    let connection = sqlx::postgres::PgConnectOptions::from_str(&url.reveal())?
        .application_name("migcheck")
        .extra_float_digits(None)
        .disable_statement_logging()
        .connect()
        .await?;
    Ok(Box::new(crate::postgres::PostgresSession(Box::new(
        connection,
    ))))
}

#[cfg(feature = "mysql")]
async fn mysql(url: &DatabaseUrl) -> Result<Box<dyn Session>, sqlx::Error> {
    // sqlx would add to the server's sql_mode and set the time zone to UTC.
    let connection = sqlx::mysql::MySqlConnectOptions::from_str(&url.reveal())?
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .timezone(None)
        .disable_statement_logging()
        .connect()
        .await?;
    Ok(Box::new(crate::mysql::MySqlSession(Box::new(connection))))
}

#[cfg(feature = "sqlite")]
async fn sqlite(
    url: &DatabaseUrl,
    options: &ConnectOptions,
) -> Result<Box<dyn Session>, sqlx::Error> {
    let mut how = sqlx::sqlite::SqliteConnectOptions::from_str(&url.reveal())?
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .disable_statement_logging();
    if options.create_if_missing {
        how = how.create_if_missing(true);
    }
    let connection = how.connect().await?;
    Ok(Box::new(crate::sqlite::SqliteSession(Box::new(connection))))
}

#[cfg(test)]
mod tests;
