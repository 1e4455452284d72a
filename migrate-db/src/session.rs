//! One live connection, whatever the database: the only thing the rest of the crate talks to.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use migcheck_core::Dialect;

use crate::ServerError;

/// A boxed future, because [`Session`] is used as a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One row, every value in the server's text form; `None` is NULL.
pub type Row = Vec<Option<String>>;

/// Opens another session to the same database as the same user.
pub type Another =
    Arc<dyn Fn() -> BoxFuture<'static, Result<Box<dyn Session>, ServerError>> + Send + Sync>;

/// One connection to a database.
pub trait Session: Send {
    /// The dialect the server speaks.
    fn dialect(&self) -> Dialect;

    /// Sends `sql` as it stands, over the protocol that allows every statement, and discards its rows.
    ///
    /// Returns the number of affected rows.
    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<u64, ServerError>>;

    /// Sends one query and collects its rows as text.
    ///
    /// Without `params` the text protocol is used: one round trip, and any column type has a text
    /// form. With `params` (bound as text: cast them) it is a prepared statement, and every result
    /// column must be of a text type.
    fn rows<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Option<&'a str>],
    ) -> BoxFuture<'a, Result<Vec<Row>, ServerError>>;

    /// How another one like it is opened, where that is known. While a statement takes its time, a
    /// lease is renewed over that.
    fn another(&self) -> Option<Another> {
        None
    }
}
