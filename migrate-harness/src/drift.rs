//! What a live database should look like, and what it looks like instead.

use migcheck_core::{Dialect, Direction, RevisionGraph};
use migcheck_db::{SchemaDiff, ServerError, Session, Snapshot, adopt, diff, run_script, snapshot};

use crate::error::RoundTripError;
use crate::round_trip::start_options;
use crate::server::{Product, Server, ServerSpec};

/// How a database differs from what its applied revisions build.
#[derive(Debug, Clone)]
pub struct Drift {
    /// Where they were built, as a user names it.
    pub server: String,
    /// From what they build to what there is: what was removed is missing, what was added is extra.
    pub diff: SchemaDiff,
}

/// Compares the schema of a live database, which is only read, with what the `applied` revisions (one
/// flag a place of the graph) build in a scratch database of `spec`.
///
/// # Errors
///
/// The scratch server is not to be had, a script fails in it, or a schema cannot be read.
pub async fn drift(
    graph: &RevisionGraph,
    applied: &[bool],
    live: &mut dyn Session,
    spec: &ServerSpec,
) -> Result<Drift, RoundTripError> {
    let of_live = |error| unread("the database", error);
    let defaults = defaults(graph, live).await.map_err(of_live)?;
    let built = built(graph, applied, defaults.as_deref(), spec).await?;
    let table = &graph.settings().history_table;
    let live = without_histories(live, table).await.map_err(of_live)?;
    Ok(Drift {
        server: spec.to_string(),
        diff: diff(&built, &live),
    })
}

/// The schema of a live database; the history table that another tool has left is nobody's drift.
async fn without_histories(
    live: &mut dyn Session,
    history_table: &str,
) -> Result<Snapshot, ServerError> {
    let mut schema = snapshot(live, history_table).await?;
    for table in adopt::tables(live).await? {
        schema = schema.without_table(table.schema.as_deref(), &table.name);
    }
    Ok(schema)
}

/// The server that is most like the one behind `session`: a container of its product and release.
///
/// # Errors
///
/// The server does not tell its version.
pub async fn like(session: &mut dyn Session) -> Result<ServerSpec, ServerError> {
    let sql = match session.dialect() {
        Dialect::Sqlite => return Ok(ServerSpec::Sqlite),
        Dialect::Postgres => "SHOW server_version",
        Dialect::MySql => "SELECT VERSION()",
    };
    let rows = session.rows(sql, &[]).await?;
    let version = rows.into_iter().flatten().flatten().next();
    Ok(of_version(session.dialect(), &version.unwrap_or_default()))
}

fn of_version(dialect: Dialect, version: &str) -> ServerSpec {
    let (product, parts) = match dialect {
        Dialect::Postgres => (Product::Postgres, 1),
        _ if version.contains("MariaDB") => (Product::MariaDb, 2),
        _ => (Product::MySql, 2),
    };
    let number = version.split(|c: char| !c.is_ascii_digit() && c != '.');
    let number = number.into_iter().next().unwrap_or_default();
    let release: Vec<&str> = number.split('.').take(parts).collect();
    match release.concat().is_empty() {
        true => ServerSpec::Any(product),
        false => ServerSpec::Container {
            product,
            tag: release.join("."),
        },
    }
}

/// The statement that makes a new database what the live one was before its first revision. On MySQL a
/// table has its database's character set where its script does not say otherwise; on PostgreSQL the
/// schema of the history was made by a run.
async fn defaults(
    graph: &RevisionGraph,
    live: &mut dyn Session,
) -> Result<Option<String>, ServerError> {
    match live.dialect() {
        Dialect::Sqlite => Ok(None),
        Dialect::Postgres => {
            let schema = graph.settings().history_schema.as_ref();
            Ok(schema.map(|schema| format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"")))
        }
        Dialect::MySql => {
            let rows = live.rows("SELECT @@collation_database", &[]).await?;
            let collation = rows.into_iter().flatten().flatten().next();
            Ok(collation.map(|collation| format!("ALTER DATABASE COLLATE {collation}")))
        }
    }
}

async fn built(
    graph: &RevisionGraph,
    applied: &[bool],
    defaults: Option<&str>,
    spec: &ServerSpec,
) -> Result<Snapshot, RoundTripError> {
    let options = start_options(graph.settings())?;
    let server = Server::start(spec, &options).await;
    let server = server.map_err(|error| RoundTripError::Start {
        server: spec.to_string(),
        error,
    })?;
    let built = build_in(&server, graph, applied, defaults).await;
    let stopped = server.stop().await;
    let built = built?;
    stopped?;
    Ok(built)
}

async fn build_in(
    server: &Server,
    graph: &RevisionGraph,
    applied: &[bool],
    defaults: Option<&str>,
) -> Result<Snapshot, RoundTripError> {
    let scratch = server.scratch().await?;
    let mut session = scratch.connect().await?;
    let dialect = session.dialect();
    if let Some(defaults) = defaults {
        let done = session.execute(defaults).await;
        done.map_err(|error| unread(server.name(), error))?;
    }
    for (revision, _) in graph.revisions().iter().zip(applied).filter(|(_, is)| **is) {
        let Some(script) = revision.script(Direction::Up, dialect) else {
            continue;
        };
        let ran = run_script(&mut *session, revision.id.as_str(), script).await;
        ran.map_err(|error| RoundTripError::Build {
            server: server.name().to_owned(),
            error: Box::new(error),
        })?;
    }
    let table = &graph.settings().history_table;
    let read = snapshot(&mut *session, table).await;
    drop(session);
    let removed = scratch.remove().await;
    let read = read.map_err(|error| unread(server.name(), error))?;
    removed?;
    Ok(read)
}

fn unread(server: &str, error: ServerError) -> RoundTripError {
    RoundTripError::Snapshot {
        server: server.to_owned(),
        error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_what_an_image_is_tagged_with() {
        for (dialect, version, spec) in [
            (
                Dialect::Postgres,
                "17.5 (Debian 17.5-1.pgdg120+1)",
                "postgres:17",
            ),
            (Dialect::Postgres, "18beta1", "postgres:18"),
            (Dialect::MySql, "9.7.0", "mysql:9.7"),
            (Dialect::MySql, "8.4.3-0ubuntu1", "mysql:8.4"),
            (
                Dialect::MySql,
                "10.11.19-MariaDB-0+deb12u1",
                "mariadb:10.11",
            ),
            (Dialect::MySql, "", "mysql"),
        ] {
            assert_eq!(of_version(dialect, version).to_string(), spec);
        }
    }
}
