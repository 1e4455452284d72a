//! What a server answered when it refused.

use std::fmt;
use std::io;

use crate::limited::NO_ANSWER;

/// A database's refusal, without anything secret in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerError {
    /// The server's own message.
    pub message: String,
    /// SQLSTATE, or the error number where the server has none.
    pub code: Option<String>,
    /// The server's detail and hint lines, where it sent any.
    pub notes: Vec<String>,
    /// Where in the statement the server points, in bytes.
    pub offset: Option<usize>,
}

impl ServerError {
    /// Whether nothing more can be asked: the connection has ended, or an answer is still to come.
    #[must_use]
    pub fn ends_session(&self) -> bool {
        self.is_lost() || self.message.starts_with(NO_ANSWER)
    }

    /// Whether the connection has ended.
    pub(crate) fn is_lost(&self) -> bool {
        self.message.starts_with(LOST)
            || self
                .code
                .as_deref()
                .is_some_and(|code| ENDS.contains(&code))
    }

    /// Why, without a word about that.
    pub(crate) fn why_lost(&self) -> String {
        let message = self.message.strip_prefix(LOST).unwrap_or(&self.message);
        message.trim_start_matches(": ").to_owned()
    }

    /// An error of this side, in the place of the server's.
    pub(crate) fn local(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: None,
            notes: Vec::new(),
            offset: None,
        }
    }

    /// Takes what is worth showing out of an error of sqlx; `sql` is the statement that was sent.
    pub(crate) fn from_sqlx(error: &sqlx::Error, sql: &str) -> Self {
        let Some(database) = error.as_database_error() else {
            return Self::local(match error {
                sqlx::Error::Io(error) => match error.kind() {
                    // The driver says how many bytes it missed, or where TLS is explained.
                    io::ErrorKind::UnexpectedEof => format!("{LOST}: the server ended it"),
                    _ => lost(&error.to_string()),
                },
                sqlx::Error::Tls(error) => lost(&error.to_string()),
                other => other.to_string(),
            });
        };
        let found = Self {
            code: database.code().map(std::borrow::Cow::into_owned),
            ..Self::local(abridged(database.message()))
        };
        #[cfg(feature = "postgres")]
        let found = crate::postgres::described(database, sql, found);
        #[cfg(feature = "mysql")]
        let found = crate::mysql::described(database, found);
        #[cfg(not(feature = "postgres"))]
        let _ = sql;
        found
    }
}

/// What an error begins with after which nothing can be asked any more.
pub(crate) const LOST: &str = "the connection was lost";

/// The numbers of what a server says last: that somebody ended the session, or the server
/// (PostgreSQL's admin_shutdown, crash_shutdown and idle_session_timeout; MySQL's `ER_SERVER_SHUTDOWN` and
/// MariaDB's `ER_CONNECTION_KILLED`).
const ENDS: [&str; 5] = ["57P01", "57P02", "57P05", "1053", "1927"];

/// In the driver's words, without the address of its manual.
fn lost(error: &str) -> String {
    match error.split(": https://").next().unwrap_or_default() {
        said if said.contains("close_notify") => format!("{LOST}: the server ended it"),
        said => format!("{LOST}: {said}"),
    }
}

/// How many characters of a server's text are shown.
const SHOWN: usize = 240;

/// Without its middle, where a text is long: a server quotes values as they are, and says what is
/// wrong before and behind them.
pub(crate) fn abridged(text: &str) -> String {
    let count = text.chars().count();
    if count <= SHOWN {
        return text.to_owned();
    }
    let third = SHOWN / 3;
    let start: String = text.chars().take(SHOWN - third).collect();
    let end: String = text.chars().skip(count - third).collect();
    format!("{start} […] {end}")
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(code) = &self.code {
            write!(f, " ({code})")?;
        }
        Ok(())
    }
}

impl std::error::Error for ServerError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_of_tls_is_an_end_of_the_connection() {
        // What rustls says, as the driver hands it on.
        let said = "peer closed connection without sending TLS close_notify: \
                    https://docs.rs/rustls/latest/rustls/manual/_03_howto/index.html#unexpected-eof";
        let errors = [
            sqlx::Error::Io(io::Error::new(io::ErrorKind::UnexpectedEof, said)),
            sqlx::Error::Io(io::Error::other(said)),
            sqlx::Error::Tls(said.into()),
        ];
        for error in errors {
            let error = ServerError::from_sqlx(&error, "SELECT 1");
            assert!(error.ends_session(), "{error}");
            assert_eq!(error.why_lost(), "the server ended it");
        }
    }

    #[test]
    fn what_a_server_says_around_a_long_value_is_kept() {
        let said = format!("Key (id)=({}) is not present", "é".repeat(1000));
        let shown = abridged(&said);
        assert!(shown.starts_with("Key (id)=(éé") && shown.ends_with("é) is not present"));
        assert_eq!(shown.chars().count(), 245);
        assert_eq!(abridged("short"), "short");
    }
}
