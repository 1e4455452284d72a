//! Why there is no backup.

use std::io;
use std::path::PathBuf;

use crate::{ConnectError, ServerError};

/// Why there is no backup. The database is as it was, and so are all files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The database cannot be reached.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// It does not say what it is.
    #[error("the server does not tell its version: {0}")]
    Version(#[from] ServerError),
    /// The URL names a server and no database in it.
    #[error("the URL names no database; write it behind the host: `mysql://user@host/DATABASE`")]
    NoDatabase,
    /// The program is not installed.
    #[error("`{program}` is not installed here, and backups are made with it; install {package}")]
    Missing {
        /// The program.
        program: &'static str,
        /// What to install.
        package: &'static str,
    },
    /// The program does not run.
    #[error("`{program}` cannot be run: {error}")]
    Start {
        /// The program.
        program: String,
        /// Why.
        error: io::Error,
    },
    /// SQLite did not make the copy.
    #[error("the copy could not be made: {0}; see that there is room for it")]
    Copy(ServerError),
    /// The program ran and failed.
    #[error("`{program}` failed: {said}")]
    Failed {
        /// The program.
        program: String,
        /// What it said, without the password.
        said: String,
    },
    /// There is a file of that name.
    #[error("{} exists already, and a backup replaces nothing; name another file", .0.display())]
    Exists(PathBuf),
    /// The directory is not there.
    #[error("{} is no directory; make it, or name another", .0.display())]
    NoDirectory(PathBuf),
    /// The path is none that SQLite can be told.
    #[error("{} is not UTF-8, which SQLite needs; name another file", .0.display())]
    Name(PathBuf),
    /// The file cannot be written.
    #[error("{} cannot be written: {error}; free some room, or name another directory", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}
