//! A Docker engine: found, else started, else installed and started, else an error that says what was tried.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, io};

use crate::error::{Attempt, Error};
use crate::process::{self, Failure};
use crate::workspace::Workspace;

/// An engine that is up answers at once; one that hangs must not hang the tests.
const ANSWER: Duration = Duration::from_secs(15);
/// A fresh engine answers within a second or two; a slow disk or many containers make it more.
const START: Duration = Duration::from_secs(30);
const INSTALL: Duration = Duration::from_secs(600);

/// Returns when a Docker engine answers.
///
/// Only root's engine is started or installed: an unprivileged user is told what to do.
pub(crate) fn ensure_engine(workspace: &Workspace) -> Result<(), Error> {
    let mut tried = Vec::new();
    match answers() {
        Ok(()) => return Ok(()),
        Err(failure) => tried.push(Attempt::new("`docker version`", failure)),
    }
    match start_own(workspace, &mut tried) {
        Some(()) => Ok(()),
        None => Err(Error::NoEngine { tried }),
    }
}

/// Starts this machine's engine, installing it first where that is missing; notes what did not work.
fn start_own(workspace: &Workspace, tried: &mut Vec<Attempt>) -> Option<()> {
    if let Some(host) = env::var_os("DOCKER_HOST").filter(|host| !host.is_empty()) {
        // The user chose an engine; another one behind their back would not be used anyway.
        tried.push(Attempt::new(
            "starting an engine",
            format!(
                "not done, DOCKER_HOST says to use {}",
                host.to_string_lossy()
            ),
        ));
        return None;
    }
    if !process::is_root() {
        tried.push(Attempt::new(
            "installing or starting an engine",
            "not done, that needs root",
        ));
        return None;
    }
    if !(process::exists("dockerd") && process::exists("docker")) {
        note(tried, "installing docker.io with apt-get", install())?;
        // On most systems the package starts its service.
        if answers().is_ok() {
            return Some(());
        }
    }
    if Path::new("/run/systemd/system").is_dir() {
        // There the engine is a service, and one started beside it would fight over its sockets.
        let mut start = Command::new("systemctl");
        start.args(["start", "docker"]);
        let started = process::output(&mut start, START);
        note(tried, "`systemctl start docker`", started)?;
        note(tried, "`docker version` after that", answers())
    } else {
        let log = workspace.scratch().join("dockerd.log");
        note(tried, "starting dockerd", start_daemon(&log))
    }
}

/// Whether an engine answers this user.
fn answers() -> Result<(), Failure> {
    // Not `docker info`: several versions of that end well although no engine answered.
    let mut version = Command::new("docker");
    version.args(["version", "--format", "{{.Server.Version}}"]);
    process::output(&mut version, ANSWER).map(drop)
}

fn install() -> Result<(), Failure> {
    if !process::exists("apt-get") {
        return Err(Failure::NotFound {
            program: "apt-get".to_owned(),
        });
    }
    eprintln!("xtask: no Docker engine here; installing docker.io");
    let apt = |args: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(["-q", "-y"]).args(args);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        process::output(&mut command, INSTALL)
    };
    // A third-party source that does not answer fails the update; whether that matters, the install tells.
    let _ = apt(&["update"]);
    // Pulling needs certificates; newer releases have the client in a package of its own.
    let mut packages = vec!["docker.io", "ca-certificates"];
    let mut show = Command::new("apt-cache");
    show.args(["show", "docker-cli"]);
    if process::output(&mut show, ANSWER).is_ok_and(|shown| !shown.is_empty()) {
        packages.push("docker-cli");
    }
    apt(&[&["install", "--no-install-recommends"], packages.as_slice()].concat()).map(drop)
}

/// Starts `dockerd` so that it outlives this process and its terminal, and waits until it answers.
fn start_daemon(log: &Path) -> Result<(), String> {
    eprintln!("xtask: starting dockerd, its log is {}", log.display());
    let mut daemon = spawn_daemon(log).map_err(|error| error.to_string())?;
    let deadline = Instant::now() + START;
    loop {
        let failure = match answers() {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        let ended = daemon.try_wait().ok().flatten();
        if ended.is_none() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(200));
            continue;
        }
        let reason = match ended {
            Some(status) => format!("it ended with {status}"),
            None => format!("no answer within {} s: {failure}", START.as_secs()),
        };
        return Err(format!(
            "{reason}; the end of {}:\n{}",
            log.display(),
            last_lines(log, 10)
        ));
    }
}

fn spawn_daemon(log: &Path) -> io::Result<Child> {
    if let Some(dir) = log.parent() {
        fs::create_dir_all(dir)?;
    }
    let log = File::create(log)?;
    Command::new("setsid")
        .arg("dockerd")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
}

fn last_lines(file: &Path, count: usize) -> String {
    let text = fs::read(file).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// Notes a failure of `what` and gives up on this way.
fn note<T, E: std::fmt::Display>(
    tried: &mut Vec<Attempt>,
    what: &str,
    result: Result<T, E>,
) -> Option<()> {
    result
        .map_err(|error| tried.push(Attempt::new(what, error)))
        .ok()
        .map(drop)
}
