//! Which server a session is on.

use std::fmt;

use migcheck_core::Dialect;

use crate::{ServerError, Session};

/// A server's product and release, as far as releases differ in how they show a schema: `postgres-17`,
/// `mysql-9.7`, `mariadb-10.11`, `sqlite-3`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Release {
    /// `postgres`, `mysql`, `mariadb` or `sqlite`.
    pub product: &'static str,
    /// The release: the first number of its version, or the first two where they are one product's line.
    pub version: String,
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.product, self.version)
    }
}

/// Asks the server what it is.
///
/// # Errors
///
/// What it answers instead.
pub async fn release(session: &mut dyn Session) -> Result<Release, ServerError> {
    let dialect = session.dialect();
    let query = match dialect {
        Dialect::Postgres => "SHOW server_version",
        Dialect::MySql => "SELECT VERSION()",
        Dialect::Sqlite => "SELECT sqlite_version()",
    };
    let rows = session.rows(query, &[]).await?;
    let version = rows.into_iter().flatten().flatten().next();
    Ok(read(dialect, &version.unwrap_or_default()))
}

fn read(dialect: Dialect, version: &str) -> Release {
    let (product, numbers) = match dialect {
        Dialect::Postgres => ("postgres", 1),
        Dialect::MySql if version.contains("MariaDB") => ("mariadb", 2),
        Dialect::MySql => ("mysql", 2),
        Dialect::Sqlite => ("sqlite", 1),
    };
    let is_digit = |c: char| c.is_ascii_digit();
    let number = |part: &str| {
        part.chars()
            .take_while(|c| is_digit(*c))
            .collect::<String>()
    };
    let version: Vec<String> = version.split('.').take(numbers).map(number).collect();
    let version = version.join(".");
    Release { product, version }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_told_apart_and_patches_are_not() {
        for (dialect, version, release) in [
            (
                Dialect::Postgres,
                "17.2 (Debian 17.2-1.pgdg120+1)",
                "postgres-17",
            ),
            (Dialect::Postgres, "18beta1", "postgres-18"),
            (Dialect::MySql, "9.7.1", "mysql-9.7"),
            (Dialect::MySql, "8.0.36-0ubuntu0.22.04.1", "mysql-8.0"),
            (
                Dialect::MySql,
                "10.11.14-MariaDB-0+deb12u2",
                "mariadb-10.11",
            ),
            (Dialect::Sqlite, "3.50.2", "sqlite-3"),
        ] {
            assert_eq!(read(dialect, version).to_string(), release);
        }
    }
}
