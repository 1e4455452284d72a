//! What production does to a run, on every server: kill it, cut it off, restart the server, start
//! fifty at once.
//!
//! `cargo xtask chaos` runs it in large, by `MIGCHECK_CHAOS_KILLS`, `MIGCHECK_CHAOS_SERVERS` and
//! `MIGCHECK_CHAOS_SEED`; with `MIGCHECK_CHAOS_LEASE` the runs have a lease of so many milliseconds in
//! the place of the lock of a session.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what breaks has failed the test"
)]

mod at_once;
#[path = "../witness/dice.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the witnesses")]
mod dice;
mod disturb;
mod process;
mod round_trips;
mod scripts;
mod server;
mod state;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use disturb::{Plan, Tally};
use libtest_mimic::{Arguments, Failed, Trial};
use migcheck::db::Session;
use migcheck::harness::ServerSpec;
use support::block_on;

/// Each does something else when its process or connection ends.
const SERVERS: &str = "postgres:17,mysql:9.7,mariadb:10.11,sqlite";

/// In the test suite; xtask asks for more.
const DISTURBANCES: usize = 15;

/// Each run that is disturbed makes the next one wait so long.
const LEASE: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some((process::MIGRATE, order)) = arguments
        .split_first()
        .map(|(first, rest)| (&**first, rest))
    {
        return process::main(order);
    }
    let set = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let number = |name: &str| set(name).map(|text| text.parse::<u64>().unwrap());
    let in_large = number("MIGCHECK_CHAOS_KILLS");
    let plan = Plan {
        disturbances: in_large.map_or(DISTURBANCES, |kills| usize::try_from(kills).unwrap()),
        seed: number("MIGCHECK_CHAOS_SEED").unwrap_or(1),
        lease: number("MIGCHECK_CHAOS_LEASE").map(Duration::from_millis),
    };
    let servers = set("MIGCHECK_CHAOS_SERVERS").unwrap_or_else(|| SERVERS.to_owned());
    let tallies = Arc::new(Mutex::new(Vec::new()));
    let mut trials = Vec::new();
    for server in servers.split(',') {
        let spec: ServerSpec = server.parse().unwrap_or_else(|error| panic!("{error}"));
        if in_large.is_none() {
            trials.extend(at_once::trials(&spec));
            trials.extend(round_trips::trials(&spec));
        }
        let disturbed = |name: &str, plan: Plan| {
            let (spec, kept) = (spec.clone(), Arc::clone(&tallies));
            Trial::test(format!("{spec}::{name}"), move || {
                let tally = disturb::run(&spec, plan);
                let verdict = verdict(&tally, plan);
                kept.lock().unwrap().push(tally);
                verdict
            })
        };
        trials.push(disturbed("disturbed_runs_are_finished_by_the_next", plan));
        // A file is locked whatever one asks for.
        if in_large.is_none() && spec != ServerSpec::Sqlite {
            let lease = Some(LEASE);
            let plan = Plan { lease, ..plan };
            trials.push(disturbed(
                "disturbed_runs_with_a_lease_are_finished_by_the_next",
                plan,
            ));
        }
    }
    let done = libtest_mimic::run(&Arguments::from_args(), trials);
    if in_large.is_some() {
        println!("seed {}\n{}", plan.seed, Tally::HEADER);
        for tally in tallies.lock().unwrap().iter() {
            println!("{tally}");
        }
    }
    done.exit_code()
}

fn verdict(tally: &Tally, plan: Plan) -> Result<(), Failed> {
    let seed = plan.seed;
    if let Some(difference) = tally.differences.first() {
        return Err(format!(
            "seed {seed}: {} differences, the first: {difference}",
            tally.differences.len()
        )
        .into());
    }
    match tally.undecided.first() {
        // DDL of MariaDB is not atomic, so that its catalog may be between before and after.
        Some(undecided) if !tally.server.starts_with("mariadb") => Err(format!(
            "seed {seed}: {} undecided, the first: {undecided}",
            tally.undecided.len()
        )
        .into()),
        _ => Ok(()),
    }
}

/// Sends one statement, which has to pass.
fn execute(session: &mut dyn Session, sql: &str) {
    block_on(session.execute(sql)).unwrap_or_else(|error| panic!("{error}: {sql}"));
}

/// The rows of a query; NULL is empty.
fn rows(session: &mut dyn Session, sql: &str) -> Vec<Vec<String>> {
    let rows = block_on(session.rows(sql, &[])).unwrap_or_else(|error| panic!("{error}: {sql}"));
    let text = |row: Vec<Option<String>>| row.into_iter().map(Option::unwrap_or_default).collect();
    rows.into_iter().map(text).collect()
}
