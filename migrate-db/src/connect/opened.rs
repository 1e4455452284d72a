//! A session that was opened by its URL, and so can have another one opened.

use std::sync::Arc;

use migcheck_core::Dialect;

use super::{ConnectOptions, connect_with};
use crate::session::{Another, BoxFuture, Row, Session};
use crate::{DatabaseUrl, ServerError};

/// A session, and where it leads.
pub(super) struct Opened {
    session: Box<dyn Session>,
    url: DatabaseUrl,
    options: ConnectOptions,
}

impl Opened {
    pub(super) fn new(
        session: Box<dyn Session>,
        url: &DatabaseUrl,
        options: ConnectOptions,
    ) -> Self {
        let url = url.clone();
        Self {
            session,
            url,
            options,
        }
    }
}

impl Session for Opened {
    fn dialect(&self) -> Dialect {
        self.session.dialect()
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<u64, ServerError>> {
        self.session.execute(sql)
    }

    fn rows<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Option<&'a str>],
    ) -> BoxFuture<'a, Result<Vec<Row>, ServerError>> {
        self.session.rows(sql, params)
    }

    fn another(&self) -> Option<Another> {
        let (url, options) = (self.url.clone(), self.options);
        Some(Arc::new(move || {
            let url = url.clone();
            Box::pin(async move {
                let opened = connect_with(&url, &options).await;
                opened.map_err(|error| ServerError::local(error.to_string()))
            })
        }))
    }
}
