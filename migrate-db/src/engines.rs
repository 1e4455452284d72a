//! Which engine runs a dialect.

use migcheck_core::Dialect;

use crate::engine::Engine;
#[cfg(feature = "mysql")]
use crate::mysql::MySqlEngine;
#[cfg(feature = "postgres")]
use crate::postgres::PostgresEngine;
#[cfg(feature = "sqlite")]
use crate::sqlite::SqliteEngine;

/// The engine of a dialect; `None` where its feature is not compiled in.
pub(crate) fn engine(dialect: Dialect) -> Option<&'static dyn Engine> {
    match dialect {
        #[cfg(feature = "postgres")]
        Dialect::Postgres => Some(&PostgresEngine),
        #[cfg(feature = "mysql")]
        Dialect::MySql => Some(&MySqlEngine),
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => Some(&SqliteEngine),
        #[allow(unreachable_patterns)]
        _ => None,
    }
}
