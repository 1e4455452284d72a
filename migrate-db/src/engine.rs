//! What the three databases do differently when migrations are run on them.

use migcheck_core::Dialect;

use crate::ServerError;
use crate::advice::Refusal;
use crate::history::HistoryTable;
use crate::literal;
use crate::session::{BoxFuture, Session};

/// The SQL of one dialect's running.
pub(crate) trait Engine: Sync {
    /// Which of them it is.
    fn dialect(&self) -> Dialect;

    /// Whether a transaction holds DDL; where it does not, every DDL statement commits by itself.
    fn ddl_is_transactional(&self) -> bool;

    /// Whether there are locks that a session holds from one transaction to the next.
    fn locks_sessions(&self) -> bool {
        true
    }

    /// Gives the session the state of a fresh one, so that no script depends on what another set.
    fn reset(&self) -> &'static str;

    /// What goes behind a reset of a session that was handed over: it ends a transaction that is open.
    fn settle(&self) -> &'static str {
        ""
    }

    /// Opens a transaction; what is read in it stays true until it ends.
    fn begin(&self) -> &'static str;

    /// The statement that creates the history table, whose name in SQL is `table`, where there is
    /// none.
    fn create_history(&self, table: &str) -> String;

    /// The type of [`ADDED_COLUMNS`](crate::history::ADDED_COLUMNS), which older tables lack.
    fn added_type(&self) -> &'static str;

    /// The names of the history table's columns, a row each; no rows if it is not there.
    fn history_columns(&self, table: &HistoryTable) -> String;

    /// The schema that the history table is in, or would be made in, as one row.
    fn home(&self, table: &HistoryTable) -> String;

    /// The query for where names without a schema lead, as one row; see
    /// [`Path`](crate::history::Path). Nothing where that is one place.
    fn path(&self, _table: &HistoryTable) -> Option<String> {
        None
    }

    /// Whether an error says that a table or its schema is not there.
    fn is_missing_table(&self, error: &ServerError) -> bool;

    /// Whether an error says that a column is not there.
    fn is_missing_column(&self, error: &ServerError) -> bool;

    /// Whether an error, of what ends a script, says that the history table may not be written.
    fn is_denied(&self, error: &ServerError, history: &HistoryTable) -> bool;

    /// What to do about a refusal, if that can be told. Behind a first line there are statements to
    /// be copied.
    fn advice<'a>(
        &'a self,
        session: &'a mut dyn Session,
        table: &'a HistoryTable,
        refusal: &'a Refusal<'a>,
    ) -> BoxFuture<'a, Option<String>>;

    /// Where a person sees what sessions do.
    fn sessions(&self) -> &'static str;

    /// The tables that unqualified names of scripts can mean, without those of extensions, a row
    /// each.
    fn tables(&self) -> &'static str;

    /// What INSERT goes on with where the row may be there already; assignments follow.
    fn or_update(&self) -> &'static str {
        "ON CONFLICT (revision) DO UPDATE SET"
    }

    /// In such an assignment, what was to be inserted.
    fn proposed(&self, column: &str) -> String {
        format!("excluded.{column}")
    }

    /// Has the transaction that is open run as who has logged in, whatever role a script has taken.
    fn as_login(&self) -> &'static str {
        ""
    }

    /// A text as SQL that is read alike whatever the session has set.
    fn literal(&self, text: &str) -> String {
        literal::literal(self.dialect(), text)
    }

    /// A column of a time as RFC 3339 in UTC.
    fn utc(&self, column: &str) -> String;

    /// The expression for now, as the history table keeps it.
    fn now(&self) -> &'static str;

    /// The type of a time, to the microsecond.
    fn timestamp(&self) -> &'static str;

    /// The expression for a time that no change of clocks moves, and its type.
    fn clock(&self) -> (&'static str, &'static str) {
        (self.now(), self.timestamp())
    }

    /// The expression for who is connected.
    fn current_user(&self) -> &'static str;

    /// An identifier in quotes.
    fn quoted(&self, name: &str) -> String {
        literal::quoted(self.dialect(), name)
    }

    /// Takes the lock that keeps other runs out, if it is free, and returns what it is called.
    /// Where the database has no such lock, each transaction keeps the others out.
    fn try_lock<'a>(
        &'a self,
        session: &'a mut dyn Session,
        table: &'a HistoryTable,
    ) -> BoxFuture<'a, Result<Attempt, ServerError>>;

    /// What is sent before a statement that only the lock's holder may send, in the same message: it is
    /// refused with [`LOCK_LOST`](crate::lock::LOCK_LOST) where that is not this session. It gives no
    /// rows. Nothing where the server cannot say so in passing.
    fn held(&self, _lock: &SessionLock) -> String {
        String::new()
    }

    /// Gives the lock back. Returns the statement that ends who has it still, where another session
    /// than this one has taken it in this one's name.
    fn unlock<'a>(
        &'a self,
        session: &'a mut dyn Session,
        lock: &'a SessionLock,
    ) -> BoxFuture<'a, Result<Option<String>, ServerError>>;

    /// The query for what the server calls this session.
    fn session_id(&self) -> &'static str;

    /// The query for a session that runs a statement at this moment: a row, or none. Servers that do
    /// not tell have none.
    fn at_work(&self, session: &str) -> String;

    /// The query for who holds the lock, as one row of words; none where the server cannot tell.
    fn holder(&self, lock: &str) -> Option<String>;
}

/// How an attempt to take the lock came out.
pub(crate) enum Attempt {
    /// It is ours now.
    Taken(SessionLock),
    /// It is somebody else's.
    Held(String),
    /// This server says yes to everybody; what it is.
    NoLocks(&'static str),
}

/// A lock that a session has taken.
#[derive(Default)]
pub(crate) struct SessionLock {
    /// What the server calls it.
    pub(crate) name: String,
    /// What the server calls the session, where that has to be known: what is sent next may reach
    /// another one, if there is a pooler in between.
    pub(crate) taken_by: Option<String>,
}
