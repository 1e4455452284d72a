//! Why there is no database for a test.

use std::io;

use migcheck_core::Dialect;
use migcheck_core::pack::CorruptTable;
use migcheck_core::render::RenderStyle;
use migcheck_db::{ConnectError, MigrateError, ScriptError};

use super::OpenError;
use crate::error::{RoundTripError, fixture};
use crate::scratch::ScratchError;
use crate::server::ServerSpecError;

/// Why there is no database for a test. Every message ends in what to do.
#[derive(Debug, thiserror::Error)]
pub(super) enum SetupError {
    /// No server is named anywhere.
    #[error(
        "no server is named; write `on = \"postgres:17\"` in the attribute, or `servers = [\"postgres:17\"]` under `[roundtrip]` in migcheck.toml"
    )]
    NoServer,
    /// The server is in a variable that is not set.
    #[error(
        "the test runs on the server that the environment variable {0} names, and it is not set; set it to a URL, `postgres://user:password@host/database`, or to a server such as `postgres:17`"
    )]
    NoVariable(String),
    /// The test cannot talk to the server.
    #[error(
        "the test takes its database by a type of {wanted}, and `{server}` speaks {dialect}; name another server with `on`, or take another argument"
    )]
    WrongArgument {
        /// The dialect of the argument's type.
        wanted: Dialect,
        /// The server.
        server: String,
        /// Its dialect.
        dialect: Dialect,
    },
    /// What a round trip would say too.
    #[error(transparent)]
    RoundTrip(#[from] RoundTripError),
    /// The server is not to be had.
    #[error("{server}: {cause}")]
    Start {
        /// The server.
        server: String,
        /// Why, in the words of [`crate::StartError`].
        cause: String,
    },
    /// The process that keeps the server did not do its part.
    #[error(
        "the process that keeps the server {0}; name a server that runs already, `on = \"env:DATABASE_URL\"`, to do without"
    )]
    Keeper(String),
    /// The migrations do not run.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// A fixture does not run.
    #[error("a fixture fails\n\n{}", fixture(.0, RenderStyle::default()))]
    Fixture(Box<ScriptError>),
    /// The argument could not be made.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The operating system refused something.
    #[error("{0}; see to the machine and try again")]
    System(#[from] io::Error),
}

impl From<CorruptTable> for SetupError {
    fn from(error: CorruptTable) -> Self {
        Self::RoundTrip(error.into())
    }
}

impl From<ServerSpecError> for SetupError {
    fn from(error: ServerSpecError) -> Self {
        Self::RoundTrip(error.into())
    }
}

impl From<ScratchError> for SetupError {
    fn from(error: ScratchError) -> Self {
        Self::RoundTrip(error.into())
    }
}

impl From<ConnectError> for SetupError {
    fn from(error: ConnectError) -> Self {
        Self::RoundTrip(error.into())
    }
}
