//! Coming from elsewhere: databases that other tools, or nobody known, have made.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what breaks has failed the test"
)]

mod adopt;
mod identify;
mod peer;
#[path = "../support/mod.rs"]
mod support;
mod verified;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut cases = adopt::cases();
    cases.extend(identify::cases());
    cases.extend(verified::cases());
    support::run_on_every_server(cases, Vec::new())
}
