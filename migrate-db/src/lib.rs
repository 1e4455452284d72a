//! A live database: connect, lock, apply, history table, schema snapshot.

mod error;
#[cfg(feature = "mysql")]
pub mod mysql;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod session;
pub mod snapshot;
#[cfg(feature = "sqlite")]
pub mod sqlite;

pub use error::ServerError;
pub use session::{Row, Session};
pub use snapshot::{SchemaDiff, Snapshot, diff, snapshot};
