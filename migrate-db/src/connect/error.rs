//! Why no session could be opened, sorted by what to do about it.

use std::fmt;
use std::io;

use migcheck_core::Dialect;

use super::advice::{CLOSED, Failure, of_file};
use super::tls::CertificateFault;
#[cfg(feature = "postgres")]
use crate::literal::quoted;
use crate::{DatabaseUrl, MigrateError};

/// Why no session could be opened. It names the URL with its password masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectError {
    url: String,
    kind: ConnectErrorKind,
    cause: String,
    help: String,
}

/// What went wrong in opening a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectErrorKind {
    /// Nothing listens there.
    Refused,
    /// The host name does not resolve.
    UnknownHost,
    /// The server knows no such user and password.
    Authentication,
    /// The server has no such database, or there is no such SQLite file.
    UnknownDatabase,
    /// The search path of the URL begins with a schema that does not exist.
    UnknownSchema,
    /// The user may not use the database, the schema that the URL's search path begins with, or the
    /// file.
    NotAllowed,
    /// What answers is no such server.
    OtherService,
    /// The two sides do not agree on TLS.
    Tls,
    /// The server's certificate is not what the URL asks for.
    Certificate,
    /// No answer in time.
    Timeout,
    /// A parameter of the URL is wrong, or the program was built without this database.
    Configuration,
    /// Anything else; the cause says what.
    Other,
}

impl ConnectError {
    pub(super) fn new(url: &DatabaseUrl, kind: ConnectErrorKind, cause: &str) -> Self {
        Self::numbered(url, kind, cause, None)
    }

    pub(super) fn of(url: &DatabaseUrl, error: &sqlx::Error) -> Self {
        let number = number_of(error);
        if url.dialect() == Dialect::Sqlite && number.as_deref() == Some(CANTOPEN) {
            let (kind, cause) = of_file(url);
            return Self::new(url, kind, &cause);
        }
        let dialect = url.dialect();
        let cause = cause_of(dialect, error);
        Self::numbered(url, kind_of(error), &cause, number.as_deref())
    }

    /// The first schema of the URL's search path is not used, though it may be there.
    #[cfg(feature = "postgres")]
    pub(super) fn of_schema(url: &DatabaseUrl, schema: &str, is_there: bool) -> Self {
        let name = quoted(Dialect::Postgres, schema);
        let user = url.user().unwrap_or_default();
        let user = quoted(Dialect::Postgres, &user);
        let (kind, what, help) = match is_there {
            false => (
                ConnectErrorKind::UnknownSchema,
                "there is no such schema",
                format!("correct the name in the URL, or make the schema:\nCREATE SCHEMA {name};"),
            ),
            true => (
                ConnectErrorKind::NotAllowed,
                "the user may not use that schema",
                format!("have its owner let the user in:\nGRANT USAGE ON SCHEMA {name} TO {user};"),
            ),
        };
        let cause = format!("its search path begins with `{schema}`, and {what}");
        Self {
            url: url.to_string(),
            kind,
            cause: url.mask(&cause),
            help: url.mask(&help),
        }
    }

    fn numbered(
        url: &DatabaseUrl,
        kind: ConnectErrorKind,
        cause: &str,
        number: Option<&str>,
    ) -> Self {
        let fault = CertificateFault::of(cause);
        let cause = fault.map_or_else(|| cause.to_owned(), |fault| fault.words(cause));
        let failure = Failure {
            kind,
            dialect: url.dialect(),
            url: Some(url),
            cause: &cause,
            number,
        };
        Self {
            url: url.to_string(),
            kind,
            help: fault.map_or_else(
                || url.mask(&failure.help()),
                |fault| fault.help().to_owned(),
            ),
            cause: url.mask(&cause),
        }
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ConnectErrorKind {
        self.kind
    }

    /// The server's or the driver's own words, without the password.
    #[must_use]
    pub fn cause(&self) -> &str {
        &self.cause
    }

    /// The URL, its password masked.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What to do about it; statements to be copied stand in lines of their own.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "cannot connect to {}: {}; {}",
            self.url,
            self.cause,
            self.help.replace('\n', " ")
        )
    }
}

impl std::error::Error for ConnectError {}

/// The kind of a failure, from error numbers where there are any.
fn kind_of(error: &sqlx::Error) -> ConnectErrorKind {
    match error {
        sqlx::Error::Io(error) => kind_of_io(error),
        sqlx::Error::Tls(error) if CertificateFault::of(&error.to_string()).is_some() => {
            ConnectErrorKind::Certificate
        }
        sqlx::Error::Tls(_) => ConnectErrorKind::Tls,
        sqlx::Error::Configuration(_) => ConnectErrorKind::Configuration,
        sqlx::Error::Protocol(said) if said.starts_with(HUNG_UP) => ConnectErrorKind::Refused,
        sqlx::Error::Protocol(said) if said.starts_with(PLUGIN) => ConnectErrorKind::Authentication,
        sqlx::Error::Protocol(_) => ConnectErrorKind::OtherService,
        sqlx::Error::PoolTimedOut => ConnectErrorKind::Timeout,
        sqlx::Error::Database(error) => kind_of_refusal(error.as_ref()),
        _ => ConnectErrorKind::Other,
    }
}

fn kind_of_io(error: &io::Error) -> ConnectErrorKind {
    if CertificateFault::of(&error.to_string()).is_some() {
        return ConnectErrorKind::Certificate;
    }
    match error.kind() {
        // A socket file that is not there is a server that is not there.
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::NotFound
        | io::ErrorKind::UnexpectedEof => ConnectErrorKind::Refused,
        io::ErrorKind::TimedOut => ConnectErrorKind::Timeout,
        // The standard library has no kind for a name that does not resolve, on any platform.
        _ if error.to_string().contains("lookup address") => ConnectErrorKind::UnknownHost,
        _ => ConnectErrorKind::Other,
    }
}

/// Sorts a server's refusal by the numbers in PostgreSQL's appendix A, MySQL's error reference and
/// SQLite's result codes.
fn kind_of_refusal(error: &dyn sqlx::error::DatabaseError) -> ConnectErrorKind {
    #[cfg(feature = "mysql")]
    if let Some(error) = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
        return match error.number() {
            1045 | 1130 | 1698 => ConnectErrorKind::Authentication,
            1044 => ConnectErrorKind::NotAllowed,
            1049 => ConnectErrorKind::UnknownDatabase,
            3159 => ConnectErrorKind::Tls,
            _ => ConnectErrorKind::Other,
        };
    }
    match error.code().as_deref() {
        Some("28P01") => ConnectErrorKind::Authentication,
        // pg_hba.conf refuses a user, an address or the lack of TLS with the same number.
        Some("28000") if error.message().contains("no encryption") => ConnectErrorKind::Tls,
        Some("28000") => ConnectErrorKind::Authentication,
        Some("42501") => ConnectErrorKind::NotAllowed,
        Some("3D000" | "14") => ConnectErrorKind::UnknownDatabase,
        _ => ConnectErrorKind::Other,
    }
}

/// SQLite's result code for a file that cannot be opened, whatever the reason.
const CANTOPEN: &str = "14";

/// The driver takes the end of a connection for a byte.
const HUNG_UP: &str = "unexpected response from SSLRequest: 0x00";

/// Passwords that the driver cannot send.
const PLUGIN: &str = "unknown authentication plugin";

/// The server's number for a failure.
fn number_of(error: &sqlx::Error) -> Option<String> {
    let error = error.as_database_error()?;
    #[cfg(feature = "mysql")]
    if let Some(error) = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
        return Some(error.number().to_string());
    }
    error.code().map(std::borrow::Cow::into_owned)
}

/// The words of the innermost error; sqlx's own prefix only repeats that connecting failed.
fn cause_of(dialect: Dialect, error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Io(error) => match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => CLOSED.to_owned(),
            _ => error.to_string(),
        },
        sqlx::Error::Tls(error) | sqlx::Error::Configuration(error) => error.to_string(),
        sqlx::Error::Database(error) => error.message().to_owned(),
        sqlx::Error::Protocol(said) if said.starts_with(HUNG_UP) => CLOSED.to_owned(),
        // Behind it, where in the driver that was found.
        sqlx::Error::Protocol(said) if said.starts_with(PLUGIN) => {
            said.split(" (").next().unwrap_or_default().to_owned()
        }
        sqlx::Error::Protocol(_) if dialect == Dialect::MySql => {
            "what answers there is neither MySQL nor MariaDB".to_owned()
        }
        sqlx::Error::Protocol(_) => "what answers there is not PostgreSQL".to_owned(),
        sqlx::Error::PoolTimedOut => "the pool had no connection in time".to_owned(),
        other => other.to_string(),
    }
}

/// Why a pool has no connection to give.
pub(crate) fn of_pool(dialect: Dialect, error: &sqlx::Error) -> MigrateError {
    let (cause, number) = (cause_of(dialect, error), number_of(error));
    let failure = Failure {
        kind: kind_of(error),
        dialect,
        url: None,
        cause: &cause,
        number: number.as_deref(),
    };
    MigrateError::Connect {
        help: failure.help().replace('\n', " "),
        cause,
    }
}
