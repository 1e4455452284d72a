//! A session whose statements may take only so long.
//!
//! A server may never answer: MySQL waits for room where the disk of its binary log is full, a lock of
//! somebody else's has no end, a network swallows packets. Whoever gives up leaves what a killed run
//! leaves, and the next run goes on from there.

use std::future::Future;
use std::time::Duration;

use migcheck_core::Dialect;

use crate::ServerError;
use crate::session::{Another, BoxFuture, Row, Session};

/// What the error of a statement that took too long begins with.
pub(crate) const NO_ANSWER: &str = "the server did not answer within";

/// Gives up after `limit`, and then for good: the answer that is still to come would be taken for that
/// of the next statement.
pub(crate) struct Limited<'a> {
    session: Box<dyn Session + 'a>,
    limit: Duration,
    has_given_up: bool,
}

impl<'a> Limited<'a> {
    pub(crate) fn new(session: Box<dyn Session + 'a>, limit: Duration) -> Self {
        Self {
            session,
            limit,
            has_given_up: false,
        }
    }
}

impl Session for Limited<'_> {
    fn dialect(&self) -> Dialect {
        self.session.dialect()
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<u64, ServerError>> {
        let given_up = &mut self.has_given_up;
        Box::pin(within(self.limit, given_up, self.session.execute(sql)))
    }

    fn rows<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Option<&'a str>],
    ) -> BoxFuture<'a, Result<Vec<Row>, ServerError>> {
        let given_up = &mut self.has_given_up;
        Box::pin(within(self.limit, given_up, self.session.rows(sql, params)))
    }

    fn another(&self) -> Option<Another> {
        self.session.another()
    }
}

async fn within<T>(
    limit: Duration,
    has_given_up: &mut bool,
    answer: impl Future<Output = Result<T, ServerError>>,
) -> Result<T, ServerError> {
    let message = format!("{NO_ANSWER} {limit:?}");
    if *has_given_up {
        return Err(ServerError::local(message));
    }
    match tokio::time::timeout(limit, answer).await {
        Ok(answer) => answer,
        Err(_) => {
            *has_given_up = true;
            Err(ServerError::local(message))
        }
    }
}
