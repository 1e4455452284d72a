//! Round trips: every revision up, down and up again, on every server.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use migcheck_core::pack::CorruptTable;
use migcheck_core::{IntoGraph, Outcome, RevisionGraph, Settings};

use crate::error::RoundTripError;
use crate::report::{RoundTripReport, Stair};
use crate::server::{Product, Server, ServerSpec, StartOptions};
use crate::walk::{Course, Stairs, Walk};

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
    /// Each server has a thread and a runtime of its own, so that this can be called from a plain
    /// `#[test]` and from asynchronous code alike.
    pub fn run(self) -> RoundTripReport {
        let started = Instant::now();
        let mut report = match self.setup() {
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
                let (stairs, errors) = walk.join().unwrap_or_else(|panic| {
                    let message = panic.downcast_ref::<&str>().map(ToString::to_string);
                    let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
                    broken(message.unwrap_or_else(|| "a panic without a message".to_owned()))
                });
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
        (self.observer)(&Event::Started {
            server: server.name(),
            notes: server.notes(),
            stairs: setup
                .stairs
                .checked
                .iter()
                .filter(|checked| **checked)
                .count(),
        });
        let mut stairs = Vec::new();
        let mut on_stair = |stair: Stair| {
            (self.observer)(&Event::Done(&stair));
            stairs.push(stair);
        };
        let course = Course {
            graph: &setup.graph,
            server: &server,
        };
        let last = setup.stairs.checked.iter().rposition(|checked| *checked);
        let end = last.map_or(0, |last| last + 1);
        let walked = Walk::new(course, &setup.stairs, 0..end, &mut on_stair)
            .run()
            .await;
        let mut errors = Vec::new();
        match walked {
            Ok(late) => add_late(&mut stairs, late),
            Err(error) => errors.push(error),
        }
        errors.extend(server.stop().await.err().map(RoundTripError::Stop));
        (stairs, errors)
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
        let options = start_options(settings)?;
        let mut checked = vec![self.revisions.is_empty(); graph.len()];
        for revision in &self.revisions {
            let at = graph.find(revision)?;
            if let Some(flag) = checked.get_mut(at) {
                *flag = true;
            }
        }
        let places: Vec<usize> = (0..graph.len()).filter(|at| checked[*at]).collect();
        let stairs = Stairs {
            climbed: graph.with_prerequisites(&places),
            checked,
        };
        Ok(Setup {
            graph,
            specs,
            options,
            stairs,
        })
    }
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

/// Puts what was found of a revision after its turn where its stair stands.
fn add_late(stairs: &mut Vec<Stair>, late: Vec<Stair>) {
    for fault in late {
        let of = |stair: &Stair| stair.revision == fault.revision;
        let is_known = |stair: &Stair| of(stair) && stair.is_failure();
        if stairs.iter().any(is_known) {
            continue;
        }
        let place = stairs.iter().position(of).unwrap_or(stairs.len());
        stairs.retain(|stair| !(of(stair) && stair.outcome == Outcome::Passed));
        stairs.insert(place, fault);
    }
}

fn broken(message: String) -> Walked {
    (Vec::new(), vec![RoundTripError::Broken(message)])
}

struct Setup {
    graph: Arc<RevisionGraph>,
    specs: Vec<ServerSpec>,
    options: StartOptions,
    stairs: Stairs,
}
