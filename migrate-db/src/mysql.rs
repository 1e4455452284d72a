//! MySQL and MariaDB over sqlx.

use std::ops::DerefMut;

use migcheck_core::Dialect;
use sqlx::{AssertSqlSafe, Executor as _, MySqlConnection, Row as _};

use crate::ServerError;
use crate::session::{BoxFuture, Row, Session};

/// A session on a connection that is owned, borrowed or out of a pool.
#[derive(Debug)]
pub struct MySqlSession<C>(pub C);

impl<C> Session for MySqlSession<C>
where
    C: DerefMut<Target = MySqlConnection> + Send,
{
    fn dialect(&self) -> Dialect {
        Dialect::MySql
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<u64, ServerError>> {
        Box::pin(async move {
            let done = self
                .0
                .execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned())))
                .await
                .map_err(|error| ServerError::from_sqlx(&error, sql))?;
            Ok(done.rows_affected())
        })
    }

    fn rows<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Option<&'a str>],
    ) -> BoxFuture<'a, Result<Vec<Row>, ServerError>> {
        Box::pin(async move {
            let text = AssertSqlSafe(sql.to_owned());
            let rows = if params.is_empty() {
                self.0.fetch_all(sqlx::raw_sql(text)).await
            } else {
                let mut query = sqlx::query(text).persistent(false);
                for param in params {
                    query = query.bind(*param);
                }
                self.0.fetch_all(query).await
            };
            let refused = |error| ServerError::from_sqlx(&error, sql);
            rows.map_err(refused)?
                .iter()
                .map(|row| (0..row.len()).map(|at| row.try_get_unchecked(at)).collect())
                .collect::<Result<_, _>>()
                .map_err(refused)
        })
    }
}

/// Shows the server's error number, which its manual is sorted by, beside the SQLSTATE.
pub(crate) fn describe_error(error: &dyn sqlx::error::DatabaseError, found: &mut ServerError) {
    if let Some(error) = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
        found.code = Some(error.number().to_string());
    }
}
