//! The end of a script that goes with what is sent next: where each line of the journal is committed
//! by itself, it costs as much as a small statement.

use crate::ServerError;
use crate::history::{Entry, HistoryTable, Progress};
use crate::session::Session;

/// What is still to be sent of a script that has run.
#[derive(Default)]
pub(crate) struct Unsent {
    /// Gives the session back as it was; empty if the script has set nothing.
    pub(crate) reset: String,
    pub(crate) record: Option<Record>,
}

/// What the history table is to say of it.
pub(crate) enum Record {
    Row(Entry, Progress),
    Gone(String),
}

impl Record {
    fn sql(&self, table: &HistoryTable) -> String {
        match self {
            Self::Row(entry, progress) => table.upsert(&[(entry, progress)]),
            Self::Gone(revision) => table.delete(revision),
        }
    }
}

impl Unsent {
    /// Sends it by itself, if there is anything.
    pub(crate) async fn flush(
        &mut self,
        session: &mut dyn Session,
        table: &HistoryTable,
    ) -> Result<(), ServerError> {
        let Some(record) = self.record.take() else {
            return Ok(());
        };
        let sql = self.after_reset(record.sql(table));
        session.execute(&sql).await.map(drop)
    }

    /// It, and the first row of the next script in the same statement.
    pub(crate) fn with_row(
        &mut self,
        table: &HistoryTable,
        entry: &Entry,
        progress: &Progress,
    ) -> String {
        match self.record.take() {
            Some(Record::Row(before, done)) => {
                let rows = [(&before, &done), (entry, progress)];
                self.after_reset(table.upsert(&rows))
            }
            record => {
                self.record = record;
                self.with(table, table.upsert(&[(entry, progress)]))
            }
        }
    }

    /// It and another line of the journal, in a transaction if there is more than that line.
    pub(crate) fn with(&mut self, table: &HistoryTable, line: String) -> String {
        let Some(record) = self.record.take() else {
            return line;
        };
        let record = record.sql(table);
        let begin = table.engine.begin();
        self.after_reset(format!("{begin}; {record}; {line}; COMMIT"))
    }

    fn after_reset(&mut self, sql: String) -> String {
        match std::mem::take(&mut self.reset) {
            reset if reset.is_empty() => sql,
            reset => format!("{reset}; {sql}"),
        }
    }
}
