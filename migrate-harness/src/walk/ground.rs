//! The database that a walk is in.

use std::sync::Arc;

use migcheck_core::{Dialect, Revision, RevisionGraph, Script};
use migcheck_db::{ScriptError, Session, Snapshot, SnapshotReader, run_script, run_script_watched};

use crate::error::RoundTripError;
use crate::rows::RowOptions;
use crate::scratch::Scratch;
use crate::server::Server;

/// What is walked, and where: the same for all parts of a walk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Course<'a> {
    pub(crate) graph: &'a RevisionGraph,
    pub(crate) server: &'a Server,
    pub(crate) rows: RowOptions,
}

impl<'a> Course<'a> {
    pub(crate) fn revision(self, at: usize) -> &'a Revision {
        &self.graph.revisions()[at]
    }
}

/// A scratch database with the session that is in it.
pub(crate) struct Ground {
    scratch: Scratch,
    /// For statements that leave the schema as it is; a script goes through [`Ground::run`].
    pub(crate) session: Box<dyn Session>,
    reader: SnapshotReader,
}

impl Ground {
    /// An empty one.
    pub(crate) async fn fresh(course: Course<'_>) -> Result<Self, RoundTripError> {
        Self::of(course, course.server.scratch().await?).await
    }

    /// Enters a database.
    pub(crate) async fn of(course: Course<'_>, scratch: Scratch) -> Result<Self, RoundTripError> {
        let session = scratch.connect().await?;
        Ok(Self {
            scratch,
            session,
            reader: SnapshotReader::new(&*course.graph.settings().history_table),
        })
    }

    /// Runs a script in a fresh session state.
    pub(crate) async fn run(
        &mut self,
        revision: &Revision,
        script: &Script,
    ) -> Result<(), ScriptError> {
        let id = revision.id.as_str();
        run_script_watched(&mut *self.session, id, script, &mut self.reader).await
    }

    /// The same where nobody will look at the schema before many more have run.
    pub(crate) async fn climb(
        &mut self,
        revision: &Revision,
        script: &Script,
    ) -> Result<(), ScriptError> {
        self.reader.forget();
        run_script(&mut *self.session, revision.id.as_str(), script).await
    }

    /// The schema as it is now.
    pub(crate) async fn schema(
        &mut self,
        course: Course<'_>,
    ) -> Result<Arc<Snapshot>, RoundTripError> {
        let read = self.reader.read(&mut *self.session).await;
        read.map_err(|error| RoundTripError::Snapshot {
            server: course.server.name().to_owned(),
            error,
        })
    }

    /// Leaves the database, and lets it be: nobody may be in one that is copied.
    pub(crate) async fn leave(mut self) -> Result<Scratch, RoundTripError> {
        if self.session.dialect() == Dialect::Sqlite {
            // A migration may have switched to a write-ahead log, a file beside the database's own.
            let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
            drop(self.session.rows(checkpoint, &[]).await);
        }
        Ok(self.scratch)
    }

    pub(crate) async fn remove(self) -> Result<(), RoundTripError> {
        drop(self.session);
        Ok(self.scratch.remove().await?)
    }
}
