//! Starting other programs: with their output passed through, or captured under a time limit.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fmt, fs};

/// Why a program did not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    NotFound {
        program: String,
    },
    Io {
        program: String,
        source: io::Error,
    },
    TimedOut {
        program: String,
        limit: Duration,
    },
    /// `message` is what it wrote on stderr; empty when that was passed through.
    Exit {
        program: String,
        status: ExitStatus,
        message: String,
    },
}

impl Failure {
    fn start(command: &Command, source: io::Error) -> Self {
        let program = name(command);
        if source.kind() == io::ErrorKind::NotFound {
            Self::NotFound { program }
        } else {
            Self::Io { program, source }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { program } => write!(f, "there is no `{program}` in PATH"),
            Self::Io { program, source } => write!(f, "`{program}` could not be run: {source}"),
            Self::TimedOut { program, limit } => {
                write!(f, "`{program}` gave no answer within {} s", limit.as_secs())
            }
            Self::Exit {
                program,
                status,
                message,
            } if message.is_empty() => {
                write!(f, "`{program}` ended with {status}")
            }
            Self::Exit { message, .. } => f.write_str(message),
        }
    }
}

/// Runs a program whose output goes where this one's goes.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|source| Failure::start(command, source))?;
    check(command, status, String::new)
}

/// Runs a program and returns what it wrote on stdout. It is killed when it takes longer than `limit`.
pub(crate) fn output(command: &mut Command, limit: Duration) -> Result<String, Failure> {
    let io_failure = |command: &Command, source| Failure::Io {
        program: name(command),
        source,
    };
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|source| Failure::start(command, source))?;
    let stdout = child.stdout.take().map(read_in_background);
    let stderr = child.stderr.take().map(read_in_background);

    let deadline = Instant::now() + limit;
    let status = loop {
        let ended = child
            .try_wait()
            .map_err(|source| io_failure(command, source))?;
        if let Some(status) = ended {
            break status;
        }
        if Instant::now() >= deadline {
            // It may have ended in between; either way there is nothing left to wait for.
            let _ = child.kill();
            let _ = child.wait();
            return Err(Failure::TimedOut {
                program: name(command),
                limit,
            });
        }
        thread::sleep(Duration::from_millis(20));
    };
    check(command, status, || collected(stderr))?;
    Ok(collected(stdout))
}

/// Whether a program of this name is in PATH.
pub(crate) fn exists(program: impl AsRef<Path>) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|dir| fs::metadata(dir.join(&program)).is_ok_and(|m| m.is_file()))
}

/// Whether this process runs as root. Always false where there is no `id`.
pub(crate) fn is_root() -> bool {
    output(Command::new("id").arg("-u"), Duration::from_secs(5)).is_ok_and(|uid| uid.trim() == "0")
}

fn check(
    command: &Command,
    status: ExitStatus,
    message: impl FnOnce() -> String,
) -> Result<(), Failure> {
    if status.success() {
        return Ok(());
    }
    Err(Failure::Exit {
        program: name(command),
        status,
        message: message().trim().to_owned(),
    })
}

/// A pipe nobody reads blocks its writer once it is full.
fn read_in_background(mut pipe: impl Read + Send + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is still worth showing.
        let _ = pipe.read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}

/// What a pipe gave. A background process that inherited the pipe can hold it open for ever, hence the limit.
fn collected(pipe: Option<mpsc::Receiver<Vec<u8>>>) -> String {
    let bytes = pipe.and_then(|receiver| receiver.recv_timeout(Duration::from_secs(2)).ok());
    String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    program
        .file_name()
        .unwrap_or(OsStr::new(program))
        .to_string_lossy()
        .into_owned()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str, limit: Duration) -> Result<String, String> {
        output(Command::new("sh").args(["-c", script]), limit)
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn output_is_captured_and_failures_carry_stderr() {
        let limit = Duration::from_secs(10);
        assert_eq!(sh("echo yes", limit), Ok("yes\n".to_owned()));
        assert_eq!(sh("echo why >&2; exit 3", limit), Err("why".to_owned()));
        assert_eq!(
            sh("exit 3", limit),
            Err("`sh` ended with exit status: 3".to_owned())
        );
    }

    #[test]
    fn more_than_a_pipe_holds_is_read() {
        let text = sh(
            "head -c 300000 /dev/zero | tr '\\0' x",
            Duration::from_secs(10),
        );
        assert_eq!(text.map(|text| text.len()), Ok(300_000));
    }

    #[test]
    fn a_program_that_takes_too_long_is_killed() {
        let started = Instant::now();
        assert_eq!(
            sh("exec sleep 60", Duration::from_secs(1)),
            Err("`sh` gave no answer within 1 s".to_owned())
        );
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_missing_program_is_named() {
        let result = output(&mut Command::new("no-such-program"), Duration::from_secs(1));
        assert_eq!(
            result.map_err(|failure| failure.to_string()),
            Err("there is no `no-such-program` in PATH".to_owned())
        );
    }
}
