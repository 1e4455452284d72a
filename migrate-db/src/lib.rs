//! A live database: connect, lock, apply, history table, schema snapshot.
//!
//! Everything here talks to a [`Session`], one connection whatever the database. The [`Migrator`]
//! plans with the graph of `migcheck-core` and runs each step with its row of the history table.

// Without a dialect there is nothing to connect to, and much is of no use.
#![cfg_attr(
    not(any(feature = "postgres", feature = "mysql", feature = "sqlite")),
    allow(dead_code, unused_imports, unused_variables)
)]
// And without all of them, some.
#![cfg_attr(
    not(all(feature = "postgres", feature = "mysql", feature = "sqlite")),
    allow(dead_code)
)]

pub mod adopt;
mod advice;
#[cfg(feature = "backup")]
pub mod backup;
pub mod connect;
mod empty;
mod engine;
mod engines;
mod error;
mod event;
pub mod fleet;
mod foreign;
mod history;
mod journal;
mod keys;
mod lease;
mod limited;
mod literal;
mod lock;
mod lock_file;
mod migrate_error;
mod migrator;
mod misfit;
#[cfg(feature = "mysql")]
pub mod mysql;
mod offline;
mod own_schema;
mod patient;
#[cfg(feature = "postgres")]
pub mod postgres;
mod release;
mod reset;
mod resolve;
mod run;
mod schema_check;
mod script;
pub mod session;
pub mod snapshot;
mod source;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
mod sqlx_session;
mod stamp;
mod standing;
mod status;
mod step;
mod stored;
mod traces;
mod unsent;
mod url;

pub use connect::{ConnectError, ConnectErrorKind, ConnectOptions, connect, connect_with};
pub use empty::Stranger;
pub use error::ServerError;
pub use event::RunEvent;
pub use fleet::Fleet;
pub use history::{HistoryRow, RevisionState};
pub use journal::{Doubt, Undecided};
pub use migrate_error::{Edited, Locked, MigrateError, OtherSchema};
pub use migrator::{Migrator, Report, StepReport};
pub use misfit::{Deleted, Renamed, Skipped};
pub use offline::{Offline, OfflineError, OfflineStep};
pub use own_schema::OwnSchema;
pub use release::{Release, release};
pub use reset::{Kept, ResetReport};
pub use schema_check::{Drifted, NoFingerprint, Recognized};
pub use script::{ScriptError, run_script, run_script_watched};
pub use session::{Row, Session};
pub use snapshot::{SchemaDiff, Snapshot, SnapshotReader, diff, snapshot};
pub use source::IntoSession;
pub use status::{Doubtful, Resolution, Status, Unfinished};
pub use url::{DatabaseUrl, DatabaseUrlError, mask_urls};
