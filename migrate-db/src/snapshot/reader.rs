//! Reading one database again and again, at the price of what changed.

use std::sync::Arc;

use super::{Snapshot, snapshot};
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
}

impl SnapshotReader {
    /// A reader that knows nothing yet; `history_table` is left out as in
    /// [`snapshot`](crate::snapshot()).
    #[must_use]
    pub fn new(history_table: impl Into<String>) -> Self {
        Self {
            history_table: history_table.into(),
            known: None,
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
        let read = Arc::new(snapshot(session, &self.history_table).await?);
        self.known = Some(Arc::clone(&read));
        Ok(read)
    }

    /// Has the next [`SnapshotReader::read`] read everything: after statements that were not
    /// watched, and before another database.
    pub fn forget(&mut self) {
        self.known = None;
    }
}
