//! Coming from elsewhere: databases that other tools, or nobody known, have made.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what breaks has failed the test"
)]

mod adopt;
mod peer;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

fn main() -> ExitCode {
    support::run_on_every_server(adopt::cases(), Vec::new())
}
