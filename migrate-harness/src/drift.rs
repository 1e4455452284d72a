//! What a live database should look like, and what it looks like instead.

use migcheck_core::fingerprints::tops;
use migcheck_core::{Dialect, Direction, RevisionGraph};
use migcheck_db::{
    OwnSchema, SchemaDiff, ServerError, Session, Snapshot, adopt, diff, run_script, snapshot,
};

use crate::alike;
use crate::error::RoundTripError;
use crate::round_trip::start_options;
use crate::server::{Server, ServerSpec};

/// How a database differs from what its applied revisions build.
#[derive(Debug, Clone)]
pub struct Drift {
    /// Where they were built, as a user names it.
    pub server: String,
    /// From what they build to what there is: what was removed is missing, what was added is extra.
    pub diff: SchemaDiff,
}

/// Compares the schema of a live database, which is only read, with what the `applied` revisions (one
/// flag a place of the graph) build in a scratch database of `spec`. Owners and privileges are left out:
/// those of a live database are not those of whoever runs this.
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
        diff: diff(&built.portable(), &live.portable()),
    })
}

/// The same without a scratch database: that there is no drift, because fingerprints.toml has this schema of
/// the applied revisions on a server of this release. None says nothing.
///
/// # Errors
///
/// The schema cannot be read.
pub async fn recorded_drift(
    graph: &RevisionGraph,
    applied: &[bool],
    live: &mut dyn Session,
) -> Result<Option<Drift>, RoundTripError> {
    let schemas = graph.schemas();
    if schemas.servers().next().is_none() {
        return Ok(None);
    }
    let own = OwnSchema::read(live, graph).await;
    let own = own.map_err(|error| unread("the database", error))?;
    let server = own.release.to_string();
    let recorded = schemas.schema(&server, &tops(graph, applied));
    Ok((recorded == Some(own.fingerprint())).then(|| Drift {
        server,
        diff: SchemaDiff::default(),
    }))
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

/// The statement that makes a new database what the live one was before its first revision: on
/// PostgreSQL a run made the schema of the history.
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
        Dialect::MySql => alike::collation(live).await,
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
