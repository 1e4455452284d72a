//! Server processes of this machine whose data is in a directory of a killed run.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, geteuid, getpgid, getpgrp, kill_process_group, test_kill_process_group,
};

use crate::server::data_arguments;

/// How long a server may take to end by itself, and the pause between two looks at it.
const GRACE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(10);

/// Whether what it belongs to is ours to take away.
pub(super) fn is_ours(metadata: &Metadata) -> bool {
    let me = geteuid();
    me.is_root() || metadata.uid() == me.as_raw()
}

/// All processes of this machine.
pub(super) struct Processes(Vec<(i32, Vec<String>)>);

impl Processes {
    pub(super) fn list() -> Self {
        Self(processes())
    }

    /// Those that were started on the data in `dir`.
    pub(super) fn on(&self, dir: &Path) -> Vec<i32> {
        let ours = data_arguments(dir);
        let is_server = |arguments: &[String]| arguments.iter().any(|one| ours.contains(one));
        let servers = self.0.iter().filter(|(_, arguments)| is_server(arguments));
        let mut found: Vec<i32> = servers.map(|(pid, _)| *pid).collect();
        found.sort_unstable();
        found
    }

    /// Ends those that are there now, with all that they started: a server is the first of a group
    /// of its own.
    pub(super) async fn end(dir: &Path) -> io::Result<()> {
        let pids = Self::list().on(dir).into_iter().filter_map(Pid::from_raw);
        // One that has ended meanwhile has no group.
        let mut groups: Vec<Pid> = pids.filter_map(|pid| getpgid(Some(pid)).ok()).collect();
        groups.dedup();
        groups.retain(|group| *group != getpgrp());
        for group in groups {
            end_group(group).await?;
        }
        Ok(())
    }
}

async fn end_group(group: Pid) -> io::Result<()> {
    // PostgreSQL gives back its shared memory when it is told, and not when it is killed.
    let told = kill_process_group(group, Signal::QUIT);
    for _ in 0..GRACE.as_millis() / PAUSE.as_millis() {
        match told {
            Err(Errno::SRCH) => return Ok(()),
            Err(error) => return Err(error.into()),
            Ok(()) if test_kill_process_group(group).is_err() => return Ok(()),
            Ok(()) => tokio::time::sleep(PAUSE).await,
        }
    }
    match kill_process_group(group, Signal::KILL) {
        Err(Errno::SRCH) => Ok(()),
        killed => Ok(killed?),
    }
}

/// The number of every process, and what it was started with.
#[cfg(target_os = "linux")]
fn processes() -> Vec<(i32, Vec<String>)> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let of_entry = |entry: std::fs::DirEntry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        let arguments = line.split(|byte| *byte == 0);
        let arguments = arguments.map(|one| String::from_utf8_lossy(one).into_owned());
        Some((pid, arguments.collect()))
    };
    entries.filter_map(of_entry).collect()
}

/// The same of systems without such files. Paths of temporary directories have no blanks there.
#[cfg(not(target_os = "linux"))]
fn processes() -> Vec<(i32, Vec<String>)> {
    let listed = std::process::Command::new("ps")
        .args(["-axww", "-o", "pid=,command="])
        .output();
    let text = listed.map(|listed| listed.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let of_line = |line: &str| {
        let mut words = line.split_whitespace();
        let pid = words.next()?.parse().ok()?;
        Some((pid, words.map(str::to_owned).collect()))
    };
    text.lines().filter_map(of_line).collect()
}
