//! What the three databases do differently when migrations are run on them.

use crate::ServerError;
use crate::session::{BoxFuture, Session};

/// The SQL of one dialect's running.
pub(crate) trait Engine: Sync {
    /// Whether a transaction holds DDL; where it does not, every DDL statement commits by itself.
    fn ddl_is_transactional(&self) -> bool;

    /// Gives the session the state of a fresh one, so that no script depends on what another set.
    fn reset(&self) -> &'static str;

    /// Opens a transaction; what is read in it stays true until it ends.
    fn begin(&self) -> &'static str;

    /// The statement that creates the history table where there is none.
    fn create_history(&self, table: &str) -> String;

    /// Whether the history table is there, as one row with a number.
    fn history_exists(&self, table: &str) -> String;

    /// The placeholder of the parameter at `place`, from 1.
    fn placeholder(&self, place: usize) -> String;

    /// The expression for who is connected.
    fn current_user(&self) -> &'static str;

    /// An identifier in quotes.
    fn quoted(&self, name: &str) -> String;

    /// Takes the lock that keeps other runs out, if it is free; `key` names the history table.
    /// Where the database has no such lock, each transaction keeps the others out.
    fn try_lock<'a>(
        &'a self,
        session: &'a mut dyn Session,
        key: &'a str,
    ) -> BoxFuture<'a, Result<bool, ServerError>>;

    /// Gives the lock back.
    fn unlock<'a>(
        &'a self,
        session: &'a mut dyn Session,
        key: &'a str,
    ) -> BoxFuture<'a, Result<(), ServerError>>;
}

/// Whether the single value of a query is 1 or true.
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(crate) async fn is_true(session: &mut dyn Session, sql: &str) -> Result<bool, ServerError> {
    let rows = session.rows(sql, &[]).await?;
    let value = rows
        .into_iter()
        .next()
        .and_then(|row| row.into_iter().next().flatten());
    Ok(matches!(value.as_deref(), Some("1" | "t" | "true")))
}
