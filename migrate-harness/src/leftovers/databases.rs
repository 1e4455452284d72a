//! Scratch databases in servers of others, by their names.

use migcheck_core::Dialect;
use migcheck_db::{DatabaseUrl, connect};

use super::{Handle, Leftover, LeftoverKind, LeftoversError, Standing, age, standing};
use crate::names;
use crate::scratch::drop_database;

/// Names of databases, each with how many are connected to it. What the names mean is decided here
/// and not in the server.
const IN_POSTGRES: &str = "SELECT datname::text, (SELECT count(*)::text FROM pg_stat_activity a \
     WHERE a.datname = d.datname AND a.backend_type = 'client backend') \
     FROM pg_database d WHERE datname LIKE 'migcheck%'";
const IN_MYSQL: &str = "SELECT CAST(schema_name AS CHAR), \
     CAST((SELECT COUNT(*) FROM information_schema.processlist WHERE db = schema_name) AS CHAR) \
     FROM information_schema.schemata WHERE schema_name LIKE 'migcheck%'";

/// All scratch databases in the server that `url` logs in to.
pub(super) async fn find(url: &DatabaseUrl) -> Result<Vec<Leftover>, LeftoversError> {
    let query = match url.dialect() {
        Dialect::Postgres => IN_POSTGRES,
        Dialect::MySql => IN_MYSQL,
        // Its databases are files in temporary directories.
        Dialect::Sqlite => return Ok(Vec::new()),
    };
    let mut session = connect(url).await?;
    let rows = session.rows(query, &[]).await;
    let rows = rows.map_err(|error| LeftoversError::Refused {
        url: url.to_string(),
        error,
    })?;
    Ok(rows
        .into_iter()
        .filter_map(|row| of_row(url, &row))
        .collect())
}

fn of_row(url: &DatabaseUrl, row: &[Option<String>]) -> Option<Leftover> {
    let [Some(name), connected] = row else {
        return None;
    };
    let (owner, made) = names::of_database(name)?;
    let standing = match standing(owner, false) {
        // A server may not notice for long that a run is gone which waited for an answer.
        Standing::Ended => Standing::Ended,
        _ if connected.as_deref() != Some("0") => Standing::InUse,
        other => other,
    };
    Some(Leftover {
        kind: LeftoverKind::Database,
        name: name.clone(),
        place: Some(server_of(url)),
        age: age(made),
        standing,
        handle: Handle::Database(Box::new(url.clone())),
    })
}

/// The URL without what is about a database or a connection.
fn server_of(url: &DatabaseUrl) -> String {
    let url = url.with_database("").to_string();
    let server = url.split('?').next().unwrap_or_default();
    server.trim_end_matches('/').to_owned()
}

pub(super) async fn remove(url: &DatabaseUrl, name: &str) -> Result<(), String> {
    drop_database(url, name).await.map_err(|error| {
        format!(
            "the database {name} of {} ({error}); remove it with `DROP DATABASE {name}`",
            server_of(url)
        )
    })
}
