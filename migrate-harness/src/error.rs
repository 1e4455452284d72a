//! Why a server has no result, or not all of it.

use migcheck_core::Label;
use migcheck_core::pack::CorruptTable;
use migcheck_core::render::{RenderStyle, render_error};
use migcheck_core::{Dialect, TargetError};
use migcheck_db::{ConnectError, SchemaDiff, ScriptError, ServerError};

use crate::scratch::ScratchError;
use crate::server::{ServerSpecError, StartError, StopError};

/// Why a server has no result, or not all of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RoundTripError {
    /// The embedded table was written by another version.
    #[error(transparent)]
    Corrupt(#[from] CorruptTable),
    /// No server was named, and the directory names none.
    #[error(
        "no server is named; write `servers = [\"postgres:17\"]` under `[roundtrip]` in migcheck.toml, list `databases`, or name one with `--on`"
    )]
    NoServer,
    /// What names a server is no spec.
    #[error(transparent)]
    Spec(#[from] ServerSpecError),
    /// An image is given for no server.
    #[error(
        "`[roundtrip.images]` in migcheck.toml names `{0}`; the names are `postgres`, `mysql` and `mariadb`"
    )]
    Image(String),
    /// The directory has no scripts for the server.
    #[error("`{server}` speaks {dialect}, and `databases` in migcheck.toml does not list it")]
    WrongDialect {
        /// The server.
        server: String,
        /// Its dialect.
        dialect: Dialect,
    },
    /// A revision that was asked for is not there.
    #[error(transparent)]
    Revision(#[from] TargetError),
    /// The server is not to be had.
    #[error("{server}: {error}")]
    Start {
        /// The server.
        server: String,
        /// Why.
        error: StartError,
    },
    /// A scratch database is not to be had.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// A scratch database cannot be reached.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The schema could not be read.
    #[error("the schema of {server} cannot be read: {error}")]
    Snapshot {
        /// The server.
        server: String,
        /// What it said.
        error: ServerError,
    },
    /// The rows could not be read, or what rows there can be.
    #[error("the rows of {server} cannot be read: {error}; `--rows 0` does without them")]
    Rows {
        /// The server.
        server: String,
        /// What it said.
        error: ServerError,
    },
    /// A script that a live database has run fails in a scratch database.
    #[error("an applied revision fails on {server}\n\n{error}")]
    Build {
        /// The server.
        server: String,
        /// Where and why.
        error: Box<ScriptError>,
    },
    /// Something was left behind.
    #[error(transparent)]
    Stop(#[from] StopError),
    /// A reading of what a script touched did not see all of it.
    #[error(
        "a change of the schema of {server} was overlooked; this is a bug in migcheck\n\n{diff}"
    )]
    Overlooked {
        /// The server.
        server: String,
        /// What was not seen.
        diff: Box<SchemaDiff>,
    },
    /// The run itself broke down.
    #[error("the round trip broke down: {0}; this is a bug in migcheck")]
    Broken(String),
}

/// A fixture that fails, drawn with its place.
pub(crate) fn fixture(error: &ScriptError, style: RenderStyle) -> String {
    let label = Label::new(&error.source, error.pointed_at.clone(), "");
    let title = error.server.to_string();
    render_error(&title, &[label], &error.server.notes, style)
}

impl RoundTripError {
    /// Whether a server or Docker was not to be had, in distinction to wrong use.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        matches!(
            self,
            Self::Start { .. }
                | Self::Scratch(_)
                | Self::Connect(_)
                | Self::Stop(_)
                | Self::Snapshot { .. }
                | Self::Rows { .. }
        )
    }
}
