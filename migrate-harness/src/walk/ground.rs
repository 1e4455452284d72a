//! The database that a walk is in.

use std::sync::Arc;

use migcheck_core::{Dialect, Revision, RevisionGraph, Script};
use migcheck_db::{
    SchemaDiff, ScriptError, ServerError, Session, Snapshot, SnapshotReader, diff, run_script,
    run_script_watched,
};

use crate::error::RoundTripError;
use crate::rows::{RowOptions, Rows};
use crate::scratch::Scratch;
use crate::server::Server;

/// What is walked, and where: the same for all parts of a walk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Course<'a> {
    pub(crate) graph: &'a RevisionGraph,
    pub(crate) server: &'a Server,
    pub(crate) rows: RowOptions,
    /// Everything is read each time, because what a script touched cannot be told.
    pub(crate) reads_whole: bool,
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
    /// The rows in its tables.
    pub(crate) rows: Rows,
    reader: SnapshotReader,
}

impl Ground {
    /// An empty one.
    pub(crate) async fn fresh(course: Course<'_>) -> Result<Self, RoundTripError> {
        let rows = Rows::new(course.rows, &course.graph.settings().history_table);
        Self::of(course, course.server.scratch().await?, rows).await
    }

    /// Enters a database that has these rows.
    pub(crate) async fn of(
        course: Course<'_>,
        scratch: Scratch,
        rows: Rows,
    ) -> Result<Self, RoundTripError> {
        let session = scratch.connect().await?;
        Ok(Self {
            scratch,
            session,
            rows,
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
        let ran = run_script_watched(&mut *self.session, id, script, &mut self.reader).await;
        ran.map_err(|error| self.without_name(error))
    }

    /// The same where nobody will look at the schema before many more have run.
    pub(crate) async fn climb(
        &mut self,
        revision: &Revision,
        script: &Script,
    ) -> Result<(), ScriptError> {
        self.reader.forget();
        let ran = run_script(&mut *self.session, revision.id.as_str(), script).await;
        ran.map_err(|error| self.without_name(error))
    }

    /// What a server says of `database.table` is the same in every run without the database, whose
    /// name is made up.
    fn without_name(&self, mut error: ScriptError) -> ScriptError {
        let name = self.scratch.name();
        let server = &mut error.server;
        for text in std::iter::once(&mut server.message).chain(&mut server.notes) {
            if text.contains(name) {
                *text = text
                    .replace(&format!("{name}."), "")
                    .replace(&format!("`{name}`."), "")
                    .replace(name, "migcheck_scratch");
            }
        }
        error
    }

    /// The schema as it is now.
    pub(crate) async fn schema(
        &mut self,
        course: Course<'_>,
    ) -> Result<Arc<Snapshot>, RoundTripError> {
        if course.reads_whole {
            self.reader.forget();
        }
        let read = self.reader.read(&mut *self.session).await;
        let read = read.map_err(|error| unread(course, error))?;
        self.nothing_overlooked(course)?;
        Ok(read)
    }

    /// What is not as it was. Nobody is told of a difference that is only in what is remembered, so
    /// one that is found is confirmed.
    pub(crate) async fn differs_from(
        &mut self,
        before: &Snapshot,
        course: Course<'_>,
    ) -> Result<SchemaDiff, RoundTripError> {
        let found = diff(before, &*self.schema(course).await?);
        if !found.is_empty() {
            self.finish(course).await?;
        }
        Ok(found)
    }

    /// Confirms what was read of the schema.
    pub(crate) async fn finish(&mut self, course: Course<'_>) -> Result<(), RoundTripError> {
        let finished = self.reader.finish(&mut *self.session).await;
        finished.map_err(|error| unread(course, error))?;
        self.nothing_overlooked(course)
    }

    fn nothing_overlooked(&self, course: Course<'_>) -> Result<(), RoundTripError> {
        match self.reader.missed() {
            Some(missed) => Err(RoundTripError::Overlooked {
                server: course.server.name().to_owned(),
                diff: Box::new(missed.clone()),
            }),
            None => Ok(()),
        }
    }

    /// Leaves the database with its rows, and lets it be: nobody may be in one that is copied.
    pub(crate) async fn leave(mut self) -> (Scratch, Rows) {
        if self.session.dialect() == Dialect::Sqlite {
            // A migration may have switched to a write-ahead log, a file beside the database's own.
            let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
            drop(self.session.rows(checkpoint, &[]).await);
        }
        (self.scratch, self.rows)
    }

    pub(crate) async fn remove(self) -> Result<(), RoundTripError> {
        drop(self.session);
        Ok(self.scratch.remove().await?)
    }
}

fn unread(course: Course<'_>, error: ServerError) -> RoundTripError {
    RoundTripError::Snapshot {
        server: course.server.name().to_owned(),
        error,
    }
}
