//! Reading one database again and again, at the price of what changed.

use std::sync::Arc;

use migcheck_core::split::Statement;

use super::memory::Memory;
use super::{SchemaDiff, Snapshot, diff};
use crate::{ServerError, Session};

/// Knows the schema of one database from script to script.
///
/// Scripts that run through [`run_script_watched`](crate::run_script_watched) tell it what they
/// changed, so that [`SnapshotReader::read`] need not read everything. Whatever else may have
/// changed the schema has to be told with [`SnapshotReader::forget`].
#[derive(Debug)]
pub struct SnapshotReader {
    history_table: String,
    /// The schema as it is, where that is known.
    known: Option<Arc<Snapshot>>,
    /// What the next one is made from.
    memory: Option<Memory>,
    /// Readings that were not of everything, and how many of them a reading of everything confirms.
    partial: u32,
    confirmed: u32,
    missed: Option<SchemaDiff>,
}

/// The first readings that are confirmed; from there on at twice as many each time, so that it costs
/// less and less a reading.
const FIRST_CONFIRMED: u32 = 16;

impl SnapshotReader {
    /// A reader that knows nothing yet; `history_table` is left out as in
    /// [`snapshot`](crate::snapshot()).
    #[must_use]
    pub fn new(history_table: impl Into<String>) -> Self {
        Self {
            history_table: history_table.into(),
            known: None,
            memory: None,
            partial: 0,
            confirmed: 0,
            missed: None,
        }
    }

    /// The schema as it is after the last script that was watched.
    ///
    /// # Errors
    ///
    /// What the server answers when it refuses one of the catalog queries.
    pub async fn read(&mut self, session: &mut dyn Session) -> Result<Arc<Snapshot>, ServerError> {
        if let Some(known) = &self.known {
            return Ok(Arc::clone(known));
        }
        let read = match self.read_again(session).await? {
            Some(read) if self.is_due() => self.confirm(session, read).await?,
            Some(read) => read,
            None => self.read_whole(session).await?,
        };
        let read = Arc::new(read);
        self.known = Some(Arc::clone(&read));
        Ok(read)
    }

    /// Has the next [`SnapshotReader::read`] read everything: after statements that were not
    /// watched, and before another database.
    pub fn forget(&mut self) {
        self.known = None;
        self.memory = None;
    }

    /// Called when the statements of a script were run; of one that is a transaction, before it is
    /// committed. What it learns holds when the script comes to its end; else
    /// [`SnapshotReader::forget`] has to be called.
    pub(crate) async fn ran(
        &mut self,
        session: &mut dyn Session,
        statements: &[Statement<'_>],
        in_transaction: bool,
    ) {
        self.known = None;
        if let Some(mut memory) = self.memory.take()
            && memory.watch(session, statements, in_transaction).await
        {
            self.memory = Some(memory);
        }
    }

    /// What a reading of what was touched did not see, though it was there, if that ever happened.
    /// From then on everything is read each time.
    #[must_use]
    pub fn missed(&self) -> Option<&SchemaDiff> {
        self.missed.as_ref()
    }

    /// Compares what is known with everything there is, unless that was read just now. To be called
    /// when nothing more will be read: [`SnapshotReader::missed`] says how it came out.
    ///
    /// # Errors
    ///
    /// As [`SnapshotReader::read`].
    pub async fn finish(&mut self, session: &mut dyn Session) -> Result<(), ServerError> {
        if self.partial > self.confirmed {
            let pieces = self.read(session).await?;
            self.confirm(session, Snapshot::clone(&pieces)).await?;
        }
        Ok(())
    }

    fn is_due(&mut self) -> bool {
        self.partial += 1;
        self.partial >= FIRST_CONFIRMED.max(self.confirmed * 2)
    }

    /// Compares what was read piece by piece with everything there is.
    async fn confirm(
        &mut self,
        session: &mut dyn Session,
        pieces: Snapshot,
    ) -> Result<Snapshot, ServerError> {
        self.confirmed = self.partial;
        let memory = self.memory.take();
        let whole = self.read_whole(session).await?;
        if whole != pieces {
            self.missed = Some(diff(&pieces, &whole));
            self.memory = None;
            return Ok(whole);
        }
        // The groups of the last snapshot are in there.
        self.memory = memory;
        Ok(pieces)
    }

    /// Only what was touched, where that is known.
    async fn read_again(
        &mut self,
        session: &mut dyn Session,
    ) -> Result<Option<Snapshot>, ServerError> {
        if let Some(mut memory) = self.memory.take()
            && let Some(read) = memory.refresh(session).await?
        {
            self.memory = Some(memory);
            return Ok(Some(read));
        }
        Ok(None)
    }

    async fn read_whole(&mut self, session: &mut dyn Session) -> Result<Snapshot, ServerError> {
        let (read, memory) = Memory::read(session, &self.history_table).await?;
        // Once is enough not to be trusted again.
        self.memory = memory.filter(|_| self.missed.is_none());
        Ok(read)
    }
}
