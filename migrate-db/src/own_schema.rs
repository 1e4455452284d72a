//! What of a live schema a directory's migrations can have made, and which of their states it is.

use migcheck_core::{Checksum, RevisionGraph};

use crate::adopt::{self, PeerTable};
use crate::{Release, ServerError, Session, Snapshot, release, snapshot};

/// A live schema without what is nobody's migration: history tables, migcheck's and other tools', and
/// whatever depends on who runs the migrations ([`Snapshot::made_by`]).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OwnSchema {
    /// The server it is on.
    pub release: Release,
    /// The schema.
    pub schema: Snapshot,
    /// Other tools' history tables, which were left out.
    pub peers: Vec<PeerTable>,
}

impl OwnSchema {
    /// Reads it, and changes nothing.
    ///
    /// # Errors
    ///
    /// What the server answers when it refuses one of the catalog queries.
    pub async fn read(
        session: &mut dyn Session,
        graph: &RevisionGraph,
    ) -> Result<Self, ServerError> {
        let release = release(session).await?;
        let peers = adopt::tables(session).await?;
        let mut schema = snapshot(session, &graph.settings().history_table).await?;
        for table in &peers {
            schema = schema.without_table(table.schema.as_deref(), &table.name);
        }
        Ok(Self {
            release,
            schema: schema.made_by(graph),
            peers,
        })
    }

    /// The states that the revisions are recorded to have with this schema, each as its tops; several
    /// where a revision changes no schema. None says nothing: there may be no records of the server.
    #[must_use]
    pub fn known(&self, graph: &RevisionGraph) -> Vec<Vec<usize>> {
        let release = self.release.to_string();
        graph.schemas().states_of(&release, self.fingerprint())
    }

    /// The schema as it is recorded.
    #[must_use]
    pub fn fingerprint(&self) -> Checksum {
        Checksum(self.schema.fingerprint())
    }
}
