//! What `#[migcheck::test]` runs: a test on a database of its own, with the migrations applied.
//!
//! `choose` says on which server, `servers` has each started once a process, with databases to
//! copy from, by a `keeper` that outlives the process just long enough to take it down;
//! `argument` is what a test may ask for.

mod argument;
mod choose;
mod error;
mod keeper;
mod servers;

use std::future::Future;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use migcheck_core::{Checksum, Direction, IntoGraph, RevisionGraph, Script, SourceFile};
use migcheck_db::{Migrator, Session, run_script};

pub use argument::{OpenError, TestArgument, TestOutput};

use crate::round_trip::start_options;
use crate::scratch::Scratch;
use error::SetupError;
use servers::Shared;

/// Set to `1`, it keeps the database of a test that fails.
const KEEP: &str = "MIGCHECK_KEEP";

/// What the attribute says.
#[derive(Debug)]
pub struct TestCase {
    /// The path of the test, from its crate on.
    pub name: &'static str,
    /// How far the migrations are applied.
    pub at: &'static str,
    /// The server, where the attribute names one.
    pub on: Option<&'static str>,
    /// Scripts that are run after the migrations: path and text.
    pub fixtures: &'static [(&'static str, &'static str)],
}

/// Runs `test` on a fresh database with the migrations of `source`.
///
/// # Panics
///
/// The test panicked, or there is no database for it. That is never taken for success.
#[allow(clippy::panic)] // Failing the test that calls it is what it is for.
pub fn run_test<A, S, T, F>(case: &TestCase, source: S, test: T) -> F::Output
where
    A: TestArgument,
    S: IntoGraph,
    T: FnOnce(A) -> F,
    F: Future<Output: TestOutput>,
{
    keeper::serve_if_asked(case.name);
    let (server, database) = set_up(case, source, A::DIALECT)
        .unwrap_or_else(|error| panic!("there is no database for this test: {error}"));
    let ran = runtime()
        .map_err(SetupError::from)
        .and_then(|runtime| {
            let argument = runtime.block_on(A::open(database.url()))?;
            let test = || runtime.block_on(test(argument));
            let ran = catch_unwind(AssertUnwindSafe(test));
            // Before the database goes: what the test left running may still use it.
            drop(runtime);
            Ok(ran)
        })
        .unwrap_or_else(|error| panic!("there is no database for this test: {error}"));
    let failed = ran.as_ref().map_or(true, TestOutput::is_failure);
    if failed && may_be_kept() {
        eprintln!("{}", server.keep(database));
    } else if let Err(left) = runtime()
        .map_err(|error| error.to_string())
        .and_then(|runtime| {
            let removed = runtime.block_on(database.remove());
            removed.map_err(|error| error.to_string())
        })
        && !failed
    {
        panic!("{left}");
    }
    ran.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Whether the database of a test that fails stays for somebody to look at.
pub(crate) fn may_be_kept() -> bool {
    std::env::var(KEEP).is_ok_and(|keep| keep == "1")
}

fn set_up(
    case: &TestCase,
    source: impl IntoGraph,
    dialect: Option<migcheck_core::Dialect>,
) -> Result<(Arc<Shared>, Scratch), Arc<SetupError>> {
    let graph = source.into_graph().map_err(SetupError::from)?;
    let spec = choose::server(case.on, graph.settings(), dialect)?;
    let options = start_options(graph.settings()).map_err(SetupError::from)?;
    let server = servers::shared(&spec, &options, case.name)?;
    let database = server.database(&graph, case.at)?;
    if !case.fixtures.is_empty() {
        runtime()
            .map_err(SetupError::from)?
            .block_on(load(case, &database))?;
    }
    Ok((server, database))
}

/// Runs the fixtures.
async fn load(case: &TestCase, database: &Scratch) -> Result<(), SetupError> {
    let mut session = database.connect().await?;
    for (path, text) in case.fixtures {
        let script = Script {
            direction: Direction::Up,
            dialect: None,
            source: Arc::new(SourceFile {
                path: (*path).to_owned(),
                text: (*text).into(),
            }),
            checksum: Checksum::of_script(text),
            transaction: true,
            section: None,
        };
        run_script(&mut *session, path, &script)
            .await
            .map_err(|error| SetupError::Fixture(Box::new(error)))?;
    }
    Ok(())
}

async fn migrate(
    graph: &Arc<RevisionGraph>,
    at: &str,
    session: &mut dyn Session,
) -> Result<(), SetupError> {
    // Upwards to the base is no way.
    if at != "base" {
        Migrator::new(Arc::clone(graph))?
            .upgrade(session, at)
            .await?;
    }
    Ok(())
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}
