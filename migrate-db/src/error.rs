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
        self.message.starts_with(LOST) || self.message.starts_with(NO_ANSWER)
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
                    // The driver says how many bytes it missed.
                    io::ErrorKind::UnexpectedEof => format!("{LOST}: the server ended it"),
                    _ => format!("{LOST}: {error}"),
                },
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
    use super::abridged;

    #[test]
    fn what_a_server_says_around_a_long_value_is_kept() {
        let said = format!("Key (id)=({}) is not present", "é".repeat(1000));
        let shown = abridged(&said);
        assert!(shown.starts_with("Key (id)=(éé") && shown.ends_with("é) is not present"));
        assert_eq!(shown.chars().count(), 245);
        assert_eq!(abridged("short"), "short");
    }
}
