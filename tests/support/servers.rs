//! The servers that the environment names, and a test for each case on each of them.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, OnceLock};

use libtest_mimic::{Arguments, Trial};
use migcheck::Dialect;
use migcheck::harness::{Scratch, Server, ServerSpec, StartOptions};

use super::block_on;

/// The servers that are tested on, unless `MIGCHECK_TEST_SERVERS` lists others.
const DEFAULT_SERVERS: &str = "postgres:15,postgres:17,mysql:9.7,mariadb:10.11";

/// Something that has to hold on a server.
pub struct Case {
    name: String,
    applies_to: Box<dyn Fn(&TestServer) -> bool>,
    check: Arc<dyn Fn(&TestServer) + Send + Sync>,
}

impl Case {
    /// A case of every server.
    pub fn new(
        name: impl Into<String>,
        check: impl Fn(&TestServer) + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            applies_to: Box::new(|_| true),
            check: Arc::new(check),
        }
    }

    /// Keeps it to the servers that have what it is about.
    pub fn only(mut self, applies_to: impl Fn(&TestServer) -> bool + 'static) -> Self {
        self.applies_to = Box::new(applies_to);
        self
    }
}

/// A server of the tests. It is started when first needed, so that a test that is filtered out costs nothing.
pub struct TestServer {
    spec: ServerSpec,
    /// The server, or why there is none: each test that needs it says so.
    started: OnceLock<Result<Started, String>>,
}

struct Started {
    server: Mutex<Option<Server>>,
    /// A database that is there as long as the server, for its URL.
    home: Option<Scratch>,
}

impl TestServer {
    /// What it is called in `MIGCHECK_TEST_SERVERS`.
    pub fn name(&self) -> String {
        self.spec.to_string()
    }

    /// The dialect it speaks.
    pub fn dialect(&self) -> Dialect {
        self.spec.dialect()
    }

    /// What it is: `postgres`, `mysql`, `mariadb` or `sqlite`.
    pub fn product(&self) -> &'static str {
        match &self.spec {
            ServerSpec::Container { product, .. }
            | ServerSpec::Local(product)
            | ServerSpec::Any(product) => product.name(),
            ServerSpec::Url(url) => url.dialect().name(),
            ServerSpec::Sqlite => "sqlite",
        }
    }

    /// Whether the tests start it, and so can start one more.
    pub fn is_started(&self) -> bool {
        !matches!(self.spec, ServerSpec::Url(_))
    }

    /// Checks something on one more server like this, for what is set on all of it.
    pub fn alone(&self, check: impl FnOnce(&Self)) {
        let another = Self {
            spec: self.spec.clone(),
            started: OnceLock::new(),
        };
        let checked = catch_unwind(AssertUnwindSafe(|| check(&another)));
        another.stop().unwrap_or_else(|error| panic!("{error}"));
        checked.unwrap_or_else(|failed| resume_unwind(failed));
    }

    /// What `round_trip(…).on(…)` takes, so that it runs in this server.
    pub fn on(&self) -> String {
        match &self.started().home {
            Some(home) => home.url().reveal(),
            None => "sqlite".to_owned(),
        }
    }

    /// An empty database.
    pub fn scratch(&self) -> Scratch {
        let server = self.started().server.lock().unwrap();
        let server = server.as_ref().expect("a server that runs");
        block_on(server.scratch()).unwrap_or_else(|error| panic!("{error}"))
    }

    fn started(&self) -> &Started {
        let started = self.started.get_or_init(|| {
            let server = block_on(Server::start(&self.spec, &StartOptions::default()))
                .map_err(|error| error.to_string())?;
            let home = match self.spec.dialect() {
                Dialect::Sqlite => None,
                _ => Some(block_on(server.scratch()).map_err(|error| error.to_string())?),
            };
            Ok(Started {
                server: Mutex::new(Some(server)),
                home,
            })
        });
        match started {
            Ok(started) => started,
            Err(error) => panic!("{error}"),
        }
    }

    fn stop(&self) -> Result<(), String> {
        let Some(Ok(started)) = self.started.get() else {
            return Ok(());
        };
        match started.server.lock().unwrap().take() {
            Some(server) => block_on(server.stop()).map_err(|error| error.to_string()),
            None => Ok(()),
        }
    }
}

fn servers() -> Vec<Arc<TestServer>> {
    let set = std::env::var("MIGCHECK_TEST_SERVERS");
    let listed = set.as_deref().unwrap_or(DEFAULT_SERVERS);
    let specs = listed.split(',').chain(["sqlite"]).map(|spec| {
        let spec = spec.parse().unwrap_or_else(|error| panic!("{error}"));
        let started = OnceLock::new();
        Arc::new(TestServer { spec, started })
    });
    specs.collect()
}

/// Runs `cases` on every server and the tests in `alone` once; `main` of a test binary without a harness.
pub fn run_on_every_server(cases: Vec<Case>, alone: Vec<Trial>) -> ExitCode {
    let servers = servers();
    let mut trials = alone;
    // By case and not by server: neighbours start different servers, and do not wait for one another.
    for case in cases {
        for server in &servers {
            if !(case.applies_to)(server) {
                continue;
            }
            let (server, check) = (Arc::clone(server), Arc::clone(&case.check));
            let name = format!("{}::{}", server.name(), case.name);
            trials.push(Trial::test(name, move || {
                check(&server);
                Ok(())
            }));
        }
    }
    let done = libtest_mimic::run(&Arguments::from_args(), trials);
    let mut left = servers
        .iter()
        .filter_map(|server| server.stop().err())
        .peekable();
    if left.peek().is_some() {
        left.for_each(|error| eprintln!("{error}"));
        return ExitCode::FAILURE;
    }
    done.exit_code()
}
