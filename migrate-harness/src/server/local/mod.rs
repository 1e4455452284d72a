//! The server binaries of this machine, on a data directory and a socket that nobody else sees.

mod find;
mod process;
mod products;

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use migcheck_db::DatabaseUrl;

use super::{Product, Running, StartError, StartOptions, ready};
use crate::cleanup::{register_made, report};
use crate::directory::Directory;
use find::{Account, Programs};
use process::{Process, TakeDown};
pub(crate) use products::data_arguments;

/// Between two looks at a program that sets up a data directory.
const PAUSE: Duration = Duration::from_millis(5);

/// The lines of a log that are worth showing.
const LOG_LINES: usize = 15;

/// Starts this machine's own server.
pub(super) async fn start(product: Product, options: &StartOptions) -> Result<Running, StartError> {
    let programs = Programs::find(product).await?;
    let account = Account::to_run_as(product)?;
    let process = Process::default();
    let mut path = PathBuf::new();
    let own = register_made(|| {
        let dir = Directory::make()?;
        path = dir.path().to_owned();
        Ok(TakeDown::new(process.clone(), dir))
    });
    let own = own.await.map_err(no_directory)?;
    let begun = begin(&programs, account.as_ref(), &process, &path, options).await;
    match begun {
        Ok(admin) => Ok(Running {
            admin,
            own: Some(own),
            notes: vec![format!(
                "{product}@local is {}: {}.",
                programs.server.display(),
                programs.version
            )],
            container: None,
            is_kept: false,
        }),
        Err(error) => {
            // The reason for the failure matters more than that a directory may be left.
            if let Err(left) = own.undo().await {
                report(&[left]);
            }
            Err(error)
        }
    }
}

fn no_directory(error: io::Error) -> StartError {
    StartError::System {
        what: "cannot make a temporary directory",
        cause: error.to_string(),
    }
}

/// Sets up the data directory, starts the server on it and waits for its first answer.
async fn begin(
    programs: &Programs,
    account: Option<&Account>,
    process: &Process,
    dir: &Path,
    options: &StartOptions,
) -> Result<DatabaseUrl, StartError> {
    let deadline = Instant::now() + options.timeout;
    if let Some(account) = account {
        let (uid, gid) = (Some(account.uid), Some(account.gid));
        std::os::unix::fs::chown(dir, uid, gid).map_err(no_directory)?;
    }
    let failed = |program: &Path, cause: String| StartError::Local {
        program: program.display().to_string(),
        cause,
        log: last_lines(dir),
    };

    let mut set_up = products::set_up(programs, dir);
    let program = &programs.set_up;
    process
        .spawn(
            &mut set_up,
            account,
            dir,
            products::ending_of_set_up(programs.product),
        )
        .map_err(|error| failed(program, error.to_string()))?;
    let status = loop {
        match process.exited() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < deadline => tokio::time::sleep(PAUSE).await,
            Ok(None) => {
                return Err(failed(
                    program,
                    format!("not done within {:?}", options.timeout),
                ));
            }
            Err(error) => return Err(failed(program, error.to_string())),
        }
    };
    if !status.success() {
        return Err(failed(program, status.to_string()));
    }

    let mut serve = products::serve(programs, dir);
    process
        .spawn(&mut serve, account, dir, products::ending(programs.product))
        .map_err(|error| failed(&programs.server, error.to_string()))?;
    let admin: DatabaseUrl = products::url(programs.product, dir)
        .parse()
        .map_err(|error| failed(&programs.server, format!("{error}")))?;
    let lives = async || matches!(process.exited(), Ok(None));
    let left = deadline.saturating_duration_since(Instant::now());
    match ready::wait(&admin, left, lives).await {
        Ok(()) => Ok(admin),
        Err(not) => Err(StartError::NotReady {
            server: programs.server.display().to_string(),
            exited: not.exited,
            waited: not.waited,
            cause: not.cause,
            log: last_lines(dir),
        }),
    }
}

fn last_lines(dir: &Path) -> Vec<String> {
    let log = std::fs::read(process::log(dir)).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<&str> = log.lines().filter(|line| !line.is_empty()).collect();
    let from = lines.len().saturating_sub(LOG_LINES);
    lines.iter().skip(from).map(ToString::to_string).collect()
}
