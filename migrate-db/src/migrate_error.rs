//! Why a run stopped.

use std::time::Duration;

use migcheck_core::pack::CorruptTable;
use migcheck_core::{Direction, PlanError, TargetError};

use crate::ServerError;
use crate::script::ScriptError;

/// Why a run stopped. What was finished before stays applied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The embedded table was written by another version.
    #[error(transparent)]
    Corrupt(#[from] CorruptTable),
    /// The database could not be reached.
    #[error("the database cannot be reached: {0}")]
    Connect(String),
    /// The target, or what is applied, makes no sense.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A script failed.
    #[error(transparent)]
    Script(#[from] Box<ScriptError>),
    /// Something other than a script was refused.
    #[error("{what}: {server}")]
    Refused {
        /// What was tried.
        what: &'static str,
        /// What the server said.
        server: ServerError,
    },
    /// Another run holds the lock.
    #[error("another run has been migrating this database for {} seconds; wait for it, or end its session", .0.as_secs())]
    Locked(Duration),
    /// Applied scripts that are not what the directory has now.
    #[error("edited after they were applied: {}; restore them, and put the change into a new revision", .0.join(", "))]
    Edited(Vec<String>),
    /// A step that cannot be taken.
    #[error("`{revision}` has no {direction} script for {dialect}{}", match reason { Some(reason) => format!(": {reason}"), None => String::new() })]
    NoScript {
        /// The revision.
        revision: String,
        /// Which way.
        direction: Direction,
        /// For which dialect.
        dialect: migcheck_core::Dialect,
        /// Why there is none, where the revision says so.
        reason: Option<String>,
    },
    /// The feature of this database is not compiled in.
    #[error("migcheck was built without its `{0}` feature; enable it in Cargo.toml")]
    NoEngine(migcheck_core::Dialect),
}

impl From<TargetError> for MigrateError {
    fn from(error: TargetError) -> Self {
        Self::Plan(PlanError::Target(error))
    }
}
