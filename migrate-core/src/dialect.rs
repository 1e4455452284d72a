//! The three SQL dialects a script can be written for.

use std::fmt;
use std::str::FromStr;

/// A SQL dialect. MariaDB is a server of [`Dialect::MySql`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    MySql,
    /// SQLite.
    Sqlite,
}

impl Dialect {
    /// Every dialect, in the order used wherever dialects are listed.
    pub const ALL: [Self; 3] = [Self::Postgres, Self::MySql, Self::Sqlite];

    /// The name used in file names, configuration and output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::MySql => "mysql",
            Self::Sqlite => "sqlite",
        }
    }

    /// The dialect's place in [`Dialect::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Postgres => 0,
            Self::MySql => 1,
            Self::Sqlite => 2,
        }
    }

    /// The dialect that a file name, a URL scheme or a configuration calls `name`.
    ///
    /// `mariadb` is a server of the `mysql` dialect, and `postgresql` is libpq's own spelling.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "postgres" | "postgresql" => Some(Self::Postgres),
            "mysql" | "mariadb" => Some(Self::MySql),
            "sqlite" => Some(Self::Sqlite),
            _ => None,
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is none of [`Dialect::ALL`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no dialect; it is one of `postgres`, `mysql`, `sqlite`")]
pub struct UnknownDialect(String);

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::from_name(name).ok_or_else(|| UnknownDialect(name.to_owned()))
    }
}
