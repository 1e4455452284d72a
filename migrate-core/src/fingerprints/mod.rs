//! `fingerprints.toml`: the schema that each revision makes, as a fingerprint, on each server.
//!
//! It is written where there are servers to try the revisions on, and read where there is none: a
//! database is at the revision whose fingerprint is its own. Nobody edits it, and everybody merges it,
//! so that each line stands for itself and its place does not depend on other lines.

mod findings;
mod known;
mod state;
mod text;

use std::collections::BTreeMap;

pub(crate) use findings::check;
pub use known::KnownSchemas;
pub use state::{States, tops};
pub use text::FingerprintsError;

use crate::Checksum;

/// The file's name.
pub const FINGERPRINTS_FILE: &str = "fingerprints.toml";

/// The fingerprints of the schemas that a directory's revisions make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fingerprints {
    servers: BTreeMap<String, ServerFingerprints>,
}

/// Those of one server, by the name of the state: see [`States::name`].
pub type ServerFingerprints = BTreeMap<String, Fingerprint>;

/// What is recorded of one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    /// What made the schema: see [`States::scripts`]. Where the scripts are others now, the record is
    /// of no use any more.
    pub scripts: Checksum,
    /// The schema.
    pub schema: Checksum,
}

impl Fingerprints {
    /// The fingerprints of one server: `postgres-17`, `mysql-9.7`, `mariadb-10.11`, `sqlite-3`.
    #[must_use]
    pub fn server(&self, server: &str) -> Option<&ServerFingerprints> {
        self.servers.get(server)
    }

    /// The servers there are fingerprints of, sorted.
    pub fn servers(&self) -> impl Iterator<Item = &str> {
        self.servers.keys().map(String::as_str)
    }

    /// Puts the fingerprints of a server in the place of those that were known.
    pub fn set(&mut self, server: impl Into<String>, fingerprints: ServerFingerprints) {
        self.servers.insert(server.into(), fingerprints);
    }
}
