//! Why no session could be opened, sorted by what to do about it.

use std::fmt;
use std::io;

use super::tls::CertificateFault;
use crate::DatabaseUrl;

/// Why no session could be opened. It names the URL with its password masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectError {
    url: String,
    kind: ConnectErrorKind,
    cause: String,
    help: &'static str,
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

impl ConnectErrorKind {
    /// What to do about it.
    fn help(self) -> &'static str {
        match self {
            Self::Refused => "start the server, or correct the host and port",
            Self::UnknownHost => "correct the host name, or the network's name service",
            Self::Authentication => {
                "correct the user and password, or let the user in on the server"
            }
            Self::UnknownDatabase => "create the database, or correct its name",
            Self::Tls => {
                "set the TLS mode that the server wants: `sslmode=` on PostgreSQL, `ssl-mode=` on MySQL"
            }
            Self::Certificate => CertificateFault::Other.help(),
            Self::Timeout => "see whether a firewall is in between or the server is overloaded",
            Self::Configuration => "correct the URL",
            Self::Other => "see the server's log",
        }
    }
}

impl ConnectError {
    pub(super) fn new(url: &DatabaseUrl, kind: ConnectErrorKind, cause: &str) -> Self {
        let fault = CertificateFault::of(cause);
        let cause = fault.map_or_else(|| cause.to_owned(), |fault| fault.words(cause));
        Self {
            url: url.to_string(),
            kind,
            cause: url.mask(&cause),
            help: fault.map_or_else(|| kind.help(), CertificateFault::help),
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

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        self.help
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "cannot connect to {}: {}; {}",
            self.url,
            self.cause,
            self.help()
        )
    }
}

impl std::error::Error for ConnectError {}

/// The kind of a failure, from error numbers where there are any.
pub(super) fn kind_of(error: &sqlx::Error) -> ConnectErrorKind {
    match error {
        sqlx::Error::Io(error) => kind_of_io(error),
        sqlx::Error::Tls(error) if CertificateFault::of(&error.to_string()).is_some() => {
            ConnectErrorKind::Certificate
        }
        sqlx::Error::Tls(_) => ConnectErrorKind::Tls,
        sqlx::Error::Configuration(_) => ConnectErrorKind::Configuration,
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
            1045 | 1698 => ConnectErrorKind::Authentication,
            1044 | 1049 => ConnectErrorKind::UnknownDatabase,
            3159 => ConnectErrorKind::Tls,
            _ => ConnectErrorKind::Other,
        };
    }
    match error.code().as_deref() {
        Some("28P01") => ConnectErrorKind::Authentication,
        // pg_hba.conf refuses a user, an address or the lack of TLS with the same number.
        Some("28000") if error.message().contains("no encryption") => ConnectErrorKind::Tls,
        Some("28000") => ConnectErrorKind::Authentication,
        Some("3D000" | "14") => ConnectErrorKind::UnknownDatabase,
        _ => ConnectErrorKind::Other,
    }
}

/// The words of the innermost error; sqlx's own prefix only repeats that connecting failed.
pub(super) fn cause_of(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::Tls(error) | sqlx::Error::Configuration(error) => error.to_string(),
        sqlx::Error::Database(error) => error.message().to_owned(),
        other => other.to_string(),
    }
}
