//! One program at a time in a private directory, and the end of both.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use migcheck_db::session::BoxFuture;
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

use super::find::Account;
use crate::cleanup::Undo;
use crate::directory::Directory;

/// How long a program may take to end by itself.
const GRACE: Duration = Duration::from_secs(3);

/// Between two looks at a program that is ending.
const PAUSE: Duration = Duration::from_millis(5);

/// How a program is ended, with all that it started. What has not ended within [`GRACE`] is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Killed at once.
    Kill,
    /// Told to quit, which it does at once but tidily.
    Quit,
    /// Left to finish, because it takes no order without leaving something behind.
    Finish,
}

/// The program that runs now, shared between the one who starts it and the one who ends it.
#[derive(Debug, Clone, Default)]
pub(super) struct Process(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    running: Option<(Child, Ending)>,
    /// Set once the directory is being taken down: nothing may be started in it any more.
    over: bool,
}

/// Where everything that runs in `dir` writes its log.
pub(super) fn log(dir: &Path) -> PathBuf {
    dir.join("log")
}

impl Process {
    /// Starts a program in `dir`, as `account` if there is one.
    pub(super) fn spawn(
        &self,
        command: &mut Command,
        account: Option<&Account>,
        dir: &Path,
        ending: Ending,
    ) -> io::Result<()> {
        let log: File = OpenOptions::new()
            .create(true)
            .append(true)
            .open(log(dir))?;
        command
            .current_dir(dir)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            // A group of its own: a Ctrl-C in the terminal is for us, and we end it in our order.
            .process_group(0);
        if let Some(account) = account {
            command.uid(account.uid).gid(account.gid);
        }
        let mut state = self.state();
        if state.over {
            return Err(io::Error::from(io::ErrorKind::Interrupted));
        }
        state.running = Some((command.spawn()?, ending));
        Ok(())
    }

    /// How it ended, if it did.
    pub(super) fn exited(&self) -> io::Result<Option<ExitStatus>> {
        match &mut self.state().running {
            Some((child, _)) => child.try_wait(),
            None => Err(io::Error::from(io::ErrorKind::NotFound)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends what runs, and lets nothing else begin.
    async fn end(&self) -> io::Result<()> {
        let running = {
            let mut state = self.state();
            state.over = true;
            state.running.take()
        };
        let Some((mut child, ending)) = running else {
            return Ok(());
        };
        if child.try_wait()?.is_some() {
            return Ok(());
        }
        // Not reaped yet, so the number is still its own.
        let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else {
            return child.kill();
        };
        let patient = match ending {
            Ending::Kill => false,
            Ending::Quit => kill_process_group(pid, Signal::QUIT).is_ok(),
            Ending::Finish => true,
        };
        if patient {
            for _ in 0..GRACE.as_millis() / PAUSE.as_millis() {
                let ended = child.try_wait()?.is_some();
                if ended && test_kill_process_group(pid).is_err() {
                    return Ok(());
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
        // Killing also ends the helpers of one that has ended itself.
        if kill_process_group(pid, Signal::KILL).is_err() {
            child.kill()?;
        }
        child.wait().map(drop)
    }
}

/// Ends the program and removes its directory.
pub(super) struct TakeDown {
    process: Process,
    dir: Directory,
}

impl TakeDown {
    pub(super) fn new(process: Process, dir: Directory) -> Self {
        Self { process, dir }
    }
}

impl Undo for TakeDown {
    fn undo(self: Box<Self>) -> BoxFuture<'static, Result<(), String>> {
        Box::pin(async move {
            let ended = self.process.end().await.map_err(|error| {
                let dir = self.dir.path().display();
                format!("the server in {dir} ({error}); end it with `kill`")
            });
            ended.and(self.dir.remove().await)
        })
    }
}
