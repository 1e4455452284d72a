//! Seconds a stair on Postgres, starts and stops of the server included.

use std::path::Path;
use std::process::Command;

use super::measure::time;
use super::{Bench, done};
use crate::error::Error;
use crate::{docker, images};

const STAIRS: usize = 200;
const SERVER: &str = "postgres:17";

pub(super) fn run(bench: &Bench<'_>, binary: &Path) -> Result<(), Error> {
    docker::ensure_engine(bench.workspace)?;
    images::ensure(bench.workspace, SERVER, false)?;
    let directory = bench.directory("stairs", STAIRS)?;
    let mut run = Command::new(binary);
    run.args(["roundtrip", "--quiet", "--on", SERVER, "--directory"])
        .arg(&directory);
    let timed = time(3, &mut run, || Ok(()));
    let timed = done("time round trips", timed)?;
    println!(
        "round trip, {STAIRS} revisions on {SERVER}: {:.2} s, {:.1} ms a stair",
        timed.median,
        timed.median * 1_000.0 / STAIRS as f64
    );
    Ok(())
}
