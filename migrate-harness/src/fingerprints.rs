//! Making `fingerprints.toml`: the schema of every revision, on every server.

use migcheck_core::fingerprints::{Fingerprint, ServerFingerprints, States, tops};
use migcheck_core::{Checksum, IntoGraph, RevisionGraph};
use migcheck_db::{Snapshot, release};

use crate::error::RoundTripError;
use crate::round_trip::{specs, start_options};
use crate::server::{Server, ServerSpec, StartOptions};
use crate::states::{Visitor, visit};

/// What the revisions make on one server.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MadeFingerprints {
    /// The server, as it was asked for.
    pub server: String,
    /// Under what the fingerprints are recorded: `postgres-17`.
    pub release: String,
    /// The fingerprints: of nothing, of each revision with all that it needs, and of everything.
    pub fingerprints: ServerFingerprints,
    /// The revisions that have none, because they, or what they need, cannot be applied.
    pub missing: Vec<String>,
}

/// Applies every revision of `source` on each of the servers; without any, on those that a round trip
/// would take.
///
/// It runs to its end in a runtime of its own, as [`RoundTrip::run`](crate::RoundTrip::run) does.
///
/// # Errors
///
/// A server is not to be had. That a script fails is none: see [`MadeFingerprints::missing`].
pub fn fingerprints(
    source: impl IntoGraph,
    on: &[String],
) -> Result<Vec<MadeFingerprints>, RoundTripError> {
    let graph = source.into_graph()?;
    let specs = specs(on, graph.settings())?;
    let options = start_options(graph.settings())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| RoundTripError::Broken(error.to_string()))?;
    let mut made = Vec::with_capacity(specs.len());
    for spec in &specs {
        made.push(runtime.block_on(on_server(&graph, spec, &options))?);
    }
    Ok(made)
}

async fn on_server(
    graph: &RevisionGraph,
    spec: &ServerSpec,
    options: &StartOptions,
) -> Result<MadeFingerprints, RoundTripError> {
    let server = start(spec, options).await?;
    let made = make(graph, &server).await;
    server.stop().await?;
    made
}

/// Starts a server.
pub(crate) async fn start(
    spec: &ServerSpec,
    options: &StartOptions,
) -> Result<Server, RoundTripError> {
    let started = Server::start(spec, options).await;
    started.map_err(|error| RoundTripError::Start {
        server: spec.to_string(),
        error,
    })
}

async fn make(graph: &RevisionGraph, server: &Server) -> Result<MadeFingerprints, RoundTripError> {
    let mut maker = Maker {
        graph,
        states: &States::new(graph, server.dialect()),
        everything: tops(graph, &vec![true; graph.len()]),
        made: ServerFingerprints::new(),
    };
    let missing = visit(graph, server, None, &mut maker).await?;
    Ok(MadeFingerprints {
        server: server.name().to_owned(),
        release: release_of(server).await?,
        fingerprints: maker.made,
        missing,
    })
}

/// What the server is: it may be newer than its name says.
pub(crate) async fn release_of(server: &Server) -> Result<String, RoundTripError> {
    let scratch = server.scratch().await?;
    let mut session = scratch.connect().await?;
    let release = release(&mut *session).await;
    drop(session);
    scratch.remove().await?;
    match release {
        Ok(release) => Ok(release.to_string()),
        Err(error) => Err(RoundTripError::Snapshot {
            server: server.name().to_owned(),
            error,
        }),
    }
}

struct Maker<'a> {
    graph: &'a RevisionGraph,
    states: &'a States<'a>,
    everything: Vec<usize>,
    made: ServerFingerprints,
}

impl Visitor for Maker<'_> {
    fn begin(&mut self) {
        self.made.clear();
    }

    /// Only what does not depend on where other revisions stand: a line of the file stays what it is
    /// when a branch beside it grows.
    fn see(&mut self, tops: &[usize], schema: &Snapshot) {
        if tops.len() > 1 && tops != self.everything {
            return;
        }
        let fingerprint = Fingerprint {
            scripts: self.states.scripts(tops),
            schema: Checksum(schema.made_by(self.graph).fingerprint()),
        };
        self.made.insert(self.states.name(tops), fingerprint);
    }
}
