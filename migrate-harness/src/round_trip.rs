//! Round trips: every revision up, down and up again, on every server.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use migcheck_core::pack::CorruptTable;
use migcheck_core::{Dialect, IntoGraph, RevisionGraph, TargetError};
use migcheck_db::{ConnectError, ServerError};
use tokio::task::JoinSet;

use crate::report::{RoundTripReport, Stair};
use crate::scratch::ScratchError;
use crate::server::{
    Product, Server, ServerSpec, ServerSpecError, StartError, StartOptions, StopError,
};
use crate::walk::Walk;

/// A round trip that is being set up; see [`round_trip`].
#[derive(Clone)]
#[must_use = "nothing happens until `run`"]
pub struct RoundTrip {
    graph: Result<Arc<RevisionGraph>, CorruptTable>,
    servers: Vec<String>,
    revisions: Vec<String>,
    observer: Observer,
}

/// What is told to [`RoundTrip::observe`] while a run goes on.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A server answers, and its walk begins.
    Started {
        /// The server.
        server: &'a str,
        /// What is worth knowing of it.
        notes: &'a [String],
        /// How many stairs it will be.
        stairs: usize,
    },
    /// A stair is done.
    Done(&'a Stair),
}

type Observer = Arc<dyn Fn(&Event<'_>) + Send + Sync>;

/// Why a server has no result, or not all of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RoundTripError {
    /// The embedded table was written by another version.
    #[error(transparent)]
    Corrupt(#[from] CorruptTable),
    /// No server was named, and the directory names none.
    #[error(
        "no server is named; write `servers = [\"postgres:17\"]` under `[roundtrip]` in migcheck.toml, list `databases`, or name one with `--on`"
    )]
    NoServer,
    /// What names a server is no spec.
    #[error(transparent)]
    Spec(#[from] ServerSpecError),
    /// The directory has no scripts for the server.
    #[error("`{server}` speaks {dialect}, and `databases` in migcheck.toml does not list it")]
    WrongDialect {
        /// The server.
        server: String,
        /// Its dialect.
        dialect: Dialect,
    },
    /// A revision that was asked for is not there.
    #[error(transparent)]
    Revision(#[from] TargetError),
    /// The server is not to be had.
    #[error("{server}: {error}")]
    Start {
        /// The server.
        server: String,
        /// Why.
        error: StartError,
    },
    /// A scratch database is not to be had.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// A scratch database cannot be reached.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The schema could not be read.
    #[error("the schema of {server} cannot be read: {error}")]
    Snapshot {
        /// The server.
        server: String,
        /// What it said.
        error: ServerError,
    },
    /// Something was left behind.
    #[error(transparent)]
    Stop(#[from] StopError),
    /// The run itself broke down.
    #[error("the round trip broke down: {0}; this is a bug in migcheck")]
    Broken(String),
}

impl RoundTripError {
    /// Whether a server or Docker was not to be had, in distinction to wrong use.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        matches!(
            self,
            Self::Start { .. }
                | Self::Scratch(_)
                | Self::Connect(_)
                | Self::Stop(_)
                | Self::Snapshot { .. }
        )
    }
}

/// Sets up a round trip of `source`: `&MIGRATIONS`, or a graph read at run time.
///
/// ```no_run
/// # fn example(migrations: &migcheck_core::Migrations) {
/// migcheck_harness::round_trip(migrations).on("postgres:17").on("sqlite").run().assert_passed();
/// # }
/// ```
pub fn round_trip(source: impl IntoGraph) -> RoundTrip {
    RoundTrip {
        graph: source.into_graph(),
        servers: Vec::new(),
        revisions: Vec::new(),
        observer: Arc::new(|_| {}),
    }
}

impl RoundTrip {
    /// Adds a server: `postgres:17`, `mysql@local`, a URL, `sqlite`, … Without any, those of
    /// `[roundtrip] servers`, else one for each of `databases`.
    pub fn on(mut self, server: impl Into<String>) -> Self {
        self.servers.push(server.into());
        self
    }

    /// Checks only this revision's stair; may be repeated.
    pub fn revision(mut self, revision: impl Into<String>) -> Self {
        self.revisions.push(revision.into());
        self
    }

    /// Calls `observer` with what happens, from whichever thread it happens on.
    pub fn observe(mut self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Arc::new(observer);
        self
    }

    /// Runs it, and returns when every server is done and gone.
    ///
    /// It has a runtime of its own, so that it can be called from a plain `#[test]` and from
    /// asynchronous code alike.
    pub fn run(self) -> RoundTripReport {
        let started = Instant::now();
        let joined = std::thread::scope(|scope| {
            let run = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(2)
                    .enable_all()
                    .build();
                match runtime {
                    Ok(runtime) => runtime.block_on(self.run_all()),
                    Err(error) => broken(error.to_string()),
                }
            });
            run.join()
        });
        let mut report = joined.unwrap_or_else(|panic| {
            let message = panic.downcast_ref::<&str>().map(ToString::to_string);
            let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
            broken(message.unwrap_or_else(|| "a panic without a message".to_owned()))
        });
        report.took = started.elapsed();
        report
    }

    async fn run_all(self) -> RoundTripReport {
        let mut report = RoundTripReport::default();
        let setup = match self.setup() {
            Ok(setup) => setup,
            Err(error) => {
                report.errors.push(error);
                return report;
            }
        };
        let mut walks = JoinSet::new();
        for (place, spec) in setup.specs.into_iter().enumerate() {
            let walk = ServerWalk {
                graph: Arc::clone(&setup.graph),
                selected: setup.selected.clone(),
                options: setup.options.clone(),
                observer: Arc::clone(&self.observer),
            };
            walks.spawn(async move { (place, walk.run(&spec).await) });
        }
        let mut results = Vec::new();
        while let Some(joined) = walks.join_next().await {
            match joined {
                Ok(result) => results.push(result),
                Err(error) => report
                    .errors
                    .push(RoundTripError::Broken(error.to_string())),
            }
        }
        results.sort_by_key(|(place, _)| *place);
        for (_, (stairs, errors)) in results {
            report.stairs.extend(stairs);
            report.errors.extend(errors);
        }
        report
    }

    fn setup(&self) -> Result<Setup, RoundTripError> {
        let graph = Arc::clone(self.graph.as_ref().map_err(|error| *error)?);
        let settings = graph.settings();
        let mut servers = self.servers.clone();
        if servers.is_empty() {
            servers.clone_from(&settings.servers);
        }
        if servers.is_empty() {
            servers = settings.databases.iter().map(ToString::to_string).collect();
        }
        if servers.is_empty() {
            return Err(RoundTripError::NoServer);
        }
        let mut specs = Vec::with_capacity(servers.len());
        for server in servers {
            let spec: ServerSpec = server.parse()?;
            let dialect = spec.dialect();
            if !settings.databases.is_empty() && !settings.databases.contains(&dialect) {
                return Err(RoundTripError::WrongDialect {
                    server: spec.to_string(),
                    dialect,
                });
            }
            specs.push(spec);
        }
        let mut options = StartOptions::default();
        for (server, image) in &settings.images {
            options = options.image(server.parse::<Product>()?, image);
        }
        let mut selected = vec![self.revisions.is_empty(); graph.len()];
        for revision in &self.revisions {
            let at = graph.find(revision)?;
            if let Some(flag) = selected.get_mut(at) {
                *flag = true;
            }
        }
        Ok(Setup {
            graph,
            specs,
            options,
            selected,
        })
    }
}

impl fmt::Debug for RoundTrip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoundTrip")
            .field("servers", &self.servers.len())
            .field("revisions", &self.revisions)
            .finish_non_exhaustive()
    }
}

fn broken(message: String) -> RoundTripReport {
    RoundTripReport {
        errors: vec![RoundTripError::Broken(message)],
        ..RoundTripReport::default()
    }
}

struct Setup {
    graph: Arc<RevisionGraph>,
    specs: Vec<ServerSpec>,
    options: StartOptions,
    selected: Vec<bool>,
}

/// The walk over all revisions on one server.
struct ServerWalk {
    graph: Arc<RevisionGraph>,
    selected: Vec<bool>,
    options: StartOptions,
    observer: Observer,
}

impl ServerWalk {
    async fn run(self, spec: &ServerSpec) -> (Vec<Stair>, Vec<RoundTripError>) {
        let server = match Server::start(spec, &self.options).await {
            Ok(server) => server,
            Err(error) => {
                let server = spec.to_string();
                return (Vec::new(), vec![RoundTripError::Start { server, error }]);
            }
        };
        let mut stairs = Vec::new();
        let mut errors = Vec::new();
        (self.observer)(&Event::Started {
            server: server.name(),
            notes: server.notes(),
            stairs: self.selected.iter().filter(|selected| **selected).count(),
        });
        let mut on_stair = |stair: Stair| {
            (self.observer)(&Event::Done(&stair));
            stairs.push(stair);
        };
        let walked = Walk::new(&self.graph, &server)
            .run(&self.selected, &mut on_stair)
            .await;
        errors.extend(walked.err());
        errors.extend(server.stop().await.err().map(RoundTripError::Stop));
        (stairs, errors)
    }
}
