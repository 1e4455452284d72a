//! A live database: connect, lock, apply, history table, schema snapshot.

pub mod connect;
mod error;
#[cfg(feature = "mysql")]
pub mod mysql;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod session;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod url;

pub use connect::{ConnectError, ConnectErrorKind, ConnectOptions, connect, connect_with};
pub use error::ServerError;
pub use session::{Row, Session};
pub use url::{DatabaseUrl, DatabaseUrlError};
