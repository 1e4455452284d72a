//! What the three databases' sessions have in common, which is all of it: sqlx gives them the same
//! methods, but no trait that could be named without a page of bounds.

/// Defines the session of one database.
macro_rules! sqlx_session {
    ($session:ident, $connection:ty, $dialect:expr) => {
        /// A session on a connection that is owned, borrowed or out of a pool.
        #[derive(Debug)]
        pub struct $session<C>(pub C);

        impl<C> crate::Session for $session<C>
        where
            C: std::ops::DerefMut<Target = $connection> + Send,
        {
            fn dialect(&self) -> migcheck_core::Dialect {
                $dialect
            }

            fn execute<'a>(
                &'a mut self,
                sql: &'a str,
            ) -> crate::session::BoxFuture<'a, Result<u64, crate::ServerError>> {
                use sqlx::Executor as _;
                Box::pin(async move {
                    let done = self
                        .0
                        .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())))
                        .await
                        .map_err(|error| crate::ServerError::from_sqlx(&error, sql))?;
                    Ok(done.rows_affected())
                })
            }

            fn rows<'a>(
                &'a mut self,
                sql: &'a str,
                params: &'a [Option<&'a str>],
            ) -> crate::session::BoxFuture<'a, Result<Vec<crate::Row>, crate::ServerError>> {
                use sqlx::{Executor as _, Row as _};
                Box::pin(async move {
                    let text = sqlx::AssertSqlSafe(sql.to_owned());
                    let rows = if params.is_empty() {
                        self.0.fetch_all(sqlx::raw_sql(text)).await
                    } else {
                        let mut query = sqlx::query(text).persistent(false);
                        for param in params {
                            query = query.bind(*param);
                        }
                        self.0.fetch_all(query).await
                    };
                    let refused = |error| crate::ServerError::from_sqlx(&error, sql);
                    rows.map_err(refused)?
                        .iter()
                        .map(|row| (0..row.len()).map(|at| row.try_get_unchecked(at)).collect())
                        .collect::<Result<_, _>>()
                        .map_err(refused)
                })
            }
        }
    };
}

pub(crate) use sqlx_session;
