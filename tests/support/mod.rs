//! What the tests on real servers share: the servers, started once a test binary, and migration
//! directories to run on them.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "every test binary that includes this uses a part of it, and fails where it breaks"
)]

mod directory;
mod servers;

use std::future::Future;

pub use directory::Directory;
pub use servers::{Case, TestServer, run_on_every_server};

/// Where the examples and corpora are.
pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Runs a future to its end.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}
