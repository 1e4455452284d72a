//! Timing whole processes.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

/// The times of several runs, in seconds.
#[derive(Debug)]
pub(crate) struct Timed {
    pub(crate) least: f64,
    pub(crate) median: f64,
    pub(crate) most: f64,
}

impl Timed {
    /// One figure.
    pub(crate) const fn of(seconds: f64) -> Self {
        Self {
            least: seconds,
            median: seconds,
            most: seconds,
        }
    }

    /// The same without what is known to be something else's.
    pub(crate) fn less(&self, seconds: f64) -> Self {
        Self {
            least: self.least - seconds,
            median: self.median - seconds,
            most: self.most - seconds,
        }
    }
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

/// The most memory a command had resident, in kilobytes, read from Linux's own account of it.
pub(crate) fn peak_memory(command: &mut Command) -> io::Result<u64> {
    watched(command, Duration::from_millis(1))
}

/// The seconds that a command took, and the same. It is looked at seldom, not to be slowed down.
pub(crate) fn time_and_memory(command: &mut Command) -> io::Result<(f64, u64)> {
    let started = Instant::now();
    let peak = watched(command, Duration::from_millis(20))?;
    Ok((started.elapsed().as_secs_f64(), peak))
}

fn watched(command: &mut Command, pause: Duration) -> io::Result<u64> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        // What has ended has no such line any more.
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = peak.max(now.unwrap_or(0));
        if let Some(status) = child.try_wait()? {
            return if status.success() && peak > 0 {
                Ok(peak)
            } else {
                Err(io::Error::other(format!("{command:?} ended with {status}")))
            };
        }
        thread::sleep(pause);
    }
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
