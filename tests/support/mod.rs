//! What the tests on real servers share: the servers, started once a test binary, and migration
//! directories to run on them.

#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "every test binary that includes this uses a part of it, and fails where it breaks"
)]

mod directory;
pub mod proxy;
mod servers;

use std::future::Future;

use migcheck::db::Session;
use migcheck::harness::Scratch;
use migcheck::{Outcome, RoundTripReport};
use tokio::runtime::Runtime;

pub use directory::Directory;
pub use servers::{Case, TestServer, run_on_every_server};

/// Where the examples and corpora are.
pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Opens a session of its own.
pub fn connect(scratch: &Scratch) -> Box<dyn Session> {
    block_on(scratch.connect()).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs a future to its end, always in the same runtime of a thread: a session belongs to the one it was opened in.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: Runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// What a report has to say, stair by stair.
#[track_caller]
pub fn assert_found(report: &RoundTripReport, expected: &[(&str, Outcome)]) {
    let stairs = report.stairs.iter();
    let found: Vec<_> = stairs
        .map(|stair| (&*stair.revision, stair.outcome))
        .collect();
    assert_eq!(found, expected, "\n{report}");
    assert!(report.errors.is_empty(), "{report}");
}
