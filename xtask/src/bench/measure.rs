//! Timing whole processes.

use std::io;
use std::process::{Command, Stdio};
use std::time::Instant;

/// The times of several runs, in seconds.
#[derive(Debug)]
pub(crate) struct Timed {
    pub(crate) least: f64,
    pub(crate) median: f64,
    pub(crate) most: f64,
}

/// Runs `command` so often, after one run that does not count; `before` prepares each.
pub(crate) fn time(
    runs: usize,
    command: &mut Command,
    mut before: impl FnMut() -> io::Result<()>,
) -> io::Result<Timed> {
    before()?;
    once(command)?;
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs {
        before()?;
        times.push(once(command)?);
    }
    Ok(summary(times))
}

/// Runs two commands in turn, so that a machine whose speed drifts drifts for both.
pub(crate) fn compare(
    runs: usize,
    ours: &mut Command,
    other: &mut Command,
) -> io::Result<(Timed, Timed)> {
    once(ours)?;
    once(other)?;
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        mine.push(once(ours)?);
        theirs.push(once(other)?);
    }
    Ok((summary(mine), summary(theirs)))
}

fn once(command: &mut Command) -> io::Result<f64> {
    let started = Instant::now();
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()?;
    let took = started.elapsed().as_secs_f64();
    if status.success() {
        Ok(took)
    } else {
        Err(io::Error::other(format!("{command:?} ended with {status}")))
    }
}

fn summary(mut times: Vec<f64>) -> Timed {
    times.sort_by(f64::total_cmp);
    let at = |place: usize| times.get(place).copied().unwrap_or(f64::NAN);
    Timed {
        least: at(0),
        median: at(times.len() / 2),
        most: at(times.len().saturating_sub(1)),
    }
}
