//! Round trips: every revision up, down and up again, on every server.

use std::any::Any;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Instant;

use migcheck_core::pack::CorruptTable;
use migcheck_core::{IntoGraph, RevisionGraph, Settings};

use crate::error::RoundTripError;
use crate::parts::Partition;
use crate::report::{RoundTripReport, Stair};
use crate::rows::RowOptions;
use crate::server::{Product, Server, ServerSpec, StartOptions};
use crate::shared::shared_change;
use crate::walk::{Course, Stairs};
use crate::{known, workers};

/// A round trip that is being set up; see [`round_trip`].
#[derive(Clone)]
#[must_use = "nothing happens until `run`"]
pub struct RoundTrip {
    graph: Result<Arc<RevisionGraph>, CorruptTable>,
    servers: Vec<String>,
    /// `None`: all of them.
    revisions: Option<Vec<String>>,
    partition: Option<Partition>,
    workers: Option<NonZeroUsize>,
    rows: Option<usize>,
    seed: Option<u32>,
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
        revisions: None,
        partition: None,
        workers: None,
        rows: None,
        seed: None,
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

    /// Checks only this revision's stair; may be repeated. What it builds on is upgraded to, and
    /// nothing else.
    pub fn revision(self, revision: impl Into<String>) -> Self {
        self.revisions([revision.into()])
    }

    /// Checks only the stairs of these revisions; of none, if there are none.
    pub fn revisions(mut self, revisions: impl IntoIterator<Item = String>) -> Self {
        self.revisions.get_or_insert_default().extend(revisions);
        self
    }

    /// Checks only one part of the stairs, for one machine of several.
    pub fn partition(mut self, partition: Partition) -> Self {
        self.partition = Some(partition);
        self
    }

    /// Walks with so many workers on each server, each in a database of its own. Without it, and
    /// without `[roundtrip] workers`, it is as many as there are cores, and one for a short history.
    pub fn workers(mut self, workers: NonZeroUsize) -> Self {
        self.workers = Some(workers);
        self
    }

    /// Makes so many rows in a table, and none with 0. Without it, it is `[roundtrip] rows`, else 3.
    pub fn rows(mut self, rows: usize) -> Self {
        self.rows = Some(rows);
        self
    }

    /// Makes other rows for another seed, and the same for the same one.
    pub fn seed(mut self, seed: u32) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Calls `observer` with what happens, from whichever thread it happens on.
    pub fn observe(mut self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Arc::new(observer);
        self
    }

    /// Runs it, and returns when every server is done and gone.
    ///
    /// Each server has a thread and a runtime of its own, so that this can be called from a plain
    /// `#[test]` and from asynchronous code alike.
    pub fn run(self) -> RoundTripReport {
        let started = Instant::now();
        let mut report = match self.setup() {
            // Where nothing is to be checked no server is needed.
            Ok(setup) if setup.stairs.count() == 0 => RoundTripReport::default(),
            Ok(setup) => self.run_all(&setup),
            Err(error) => RoundTripReport {
                errors: vec![error],
                ..RoundTripReport::default()
            },
        };
        report.took = started.elapsed();
        report
    }

    fn run_all(&self, setup: &Setup) -> RoundTripReport {
        let mut report = RoundTripReport::default();
        std::thread::scope(|scope| {
            let walks: Vec<_> = setup
                .specs
                .iter()
                .map(|spec| scope.spawn(|| self.run_on(spec, setup)))
                .collect();
            for walk in walks {
                let (stairs, errors) = walk.join().unwrap_or_else(|panic| broken(said(&*panic)));
                report.stairs.extend(stairs);
                report.errors.extend(errors);
            }
        });
        report
    }

    fn run_on(&self, spec: &ServerSpec, setup: &Setup) -> Walked {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        match runtime {
            Ok(runtime) => runtime.block_on(self.walk(spec, setup)),
            Err(error) => broken(error.to_string()),
        }
    }

    async fn walk(&self, spec: &ServerSpec, setup: &Setup) -> Walked {
        let server = match Server::start(spec, &setup.options).await {
            Ok(server) => server,
            Err(error) => {
                let server = spec.to_string();
                return (Vec::new(), vec![RoundTripError::Start { server, error }]);
            }
        };
        let dialect = server.dialect();
        let mut notes = server.notes().to_vec();
        let count = setup.stairs.count();
        let configured = || setup.graph.settings().workers;
        let mut workers = self
            .workers
            .or_else(configured)
            .unwrap_or_else(|| workers::suitable(count, setup.specs.len()));
        if workers.get() > 1
            && let Some((revision, words)) = shared_change(&setup.graph, dialect)
        {
            workers = NonZeroUsize::MIN;
            notes.push(format!(
                "One worker: all databases of a server share what `{}` changes ({words}).",
                revision.id
            ));
        }
        (self.observer)(&Event::Started {
            server: server.name(),
            notes: &notes,
            stairs: count,
        });
        let course = Course {
            graph: &setup.graph,
            server: &server,
            rows: setup.rows,
            reads_whole: false,
        };
        let on_stair = |stair: &Stair| (self.observer)(&Event::Done(stair));
        let (mut stairs, mut errors) =
            workers::walk(course, &setup.stairs, workers, &on_stair).await;
        let has_rows = setup.rows.count > 0;
        known::mark(&mut stairs, &setup.graph, &setup.stairs, dialect, has_rows);
        errors.extend(server.stop().await.err().map(RoundTripError::Stop));
        (stairs, errors)
    }

    fn setup(&self) -> Result<Setup, RoundTripError> {
        let graph = Arc::clone(self.graph.as_ref().map_err(|error| *error)?);
        let settings = graph.settings();
        let specs = specs(&self.servers, settings)?;
        let options = start_options(settings)?;
        let stairs = self.stairs(&graph)?;
        let rows = RowOptions {
            count: self.rows.unwrap_or(settings.rows),
            seed: self.seed.unwrap_or(settings.seed),
        };
        Ok(Setup {
            rows,
            graph,
            specs,
            options,
            stairs,
        })
    }
}

impl RoundTrip {
    fn stairs(&self, graph: &RevisionGraph) -> Result<Stairs, RoundTripError> {
        let mut stairs = match &self.revisions {
            None => Stairs {
                checked: vec![true; graph.len()],
                climbed: vec![true; graph.len()],
            },
            Some(revisions) => {
                let places = revisions.iter().map(|revision| graph.find(revision));
                let places = places.collect::<Result<Vec<_>, _>>()?;
                let mut checked = vec![false; graph.len()];
                for place in &places {
                    checked[*place] = true;
                }
                Stairs {
                    climbed: graph.with_prerequisites(&places),
                    checked,
                }
            }
        };
        if let Some(partition) = self.partition {
            partition.keep(&mut stairs);
        }
        Ok(stairs)
    }
}

/// The servers that were asked for; without any, those of `[roundtrip] servers`, else one for each of
/// `databases`.
pub(crate) fn specs(
    asked: &[String],
    settings: &Settings,
) -> Result<Vec<ServerSpec>, RoundTripError> {
    let mut servers = asked.to_vec();
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
    Ok(specs)
}

/// The options of `[roundtrip]`.
pub(crate) fn start_options(settings: &Settings) -> Result<StartOptions, RoundTripError> {
    let mut options = StartOptions::default();
    for (server, image) in &settings.images {
        let product = Product::ALL
            .into_iter()
            .find(|product| product.name() == server);
        let product = product.ok_or_else(|| RoundTripError::Image(server.clone()))?;
        options = options.image(product, image);
    }
    Ok(options)
}

impl fmt::Debug for RoundTrip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoundTrip")
            .field("servers", &self.servers.len())
            .field("revisions", &self.revisions)
            .finish_non_exhaustive()
    }
}

/// What one server's walk came to.
type Walked = (Vec<Stair>, Vec<RoundTripError>);

/// What a thread that panicked said.
pub(crate) fn said(panic: &(dyn Any + Send)) -> String {
    let message = panic.downcast_ref::<&str>().map(ToString::to_string);
    let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
    message.unwrap_or_else(|| "a panic without a message".to_owned())
}

fn broken(message: String) -> Walked {
    (Vec::new(), vec![RoundTripError::Broken(message)])
}

struct Setup {
    graph: Arc<RevisionGraph>,
    specs: Vec<ServerSpec>,
    options: StartOptions,
    stairs: Stairs,
    rows: RowOptions,
}
