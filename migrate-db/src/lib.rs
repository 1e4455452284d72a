//! A live database: connect, lock, apply, history table, schema snapshot.
//!
//! Everything here talks to a [`Session`], one connection whatever the database. The [`Migrator`]
//! plans with the graph of `migcheck-core` and runs each step with its row of the history table.

// Without a dialect there is nothing to connect to, and much is of no use.
#![cfg_attr(
    not(any(feature = "postgres", feature = "mysql", feature = "sqlite")),
    allow(dead_code, unused_imports, unused_variables)
)]

pub mod connect;
mod engine;
mod engines;
mod error;
mod history;
mod migrate_error;
mod migrator;
#[cfg(feature = "mysql")]
pub mod mysql;
#[cfg(feature = "postgres")]
pub mod postgres;
mod script;
pub mod session;
pub mod snapshot;
mod source;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
mod sqlx_session;
mod url;

pub use connect::{ConnectError, ConnectErrorKind, ConnectOptions, connect, connect_with};
pub use error::ServerError;
pub use migrate_error::MigrateError;
pub use migrator::{Migrator, Report, StepReport};
pub use script::{ScriptError, run_script, run_script_watched};
pub use session::{Row, Session};
pub use snapshot::{SchemaDiff, Snapshot, SnapshotReader, diff, snapshot};
pub use source::IntoSession;
pub use url::{DatabaseUrl, DatabaseUrlError};
