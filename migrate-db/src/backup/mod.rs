//! Backups by the database's own means: pg_dump, mysqldump or mariadb-dump, SQLite's VACUUM INTO.
//!
//! `client` says how those programs log in, `restore` how a backup becomes a database again, `place`
//! where the file goes, `part` where it is until it is complete, `first` that one is made in the course of a run. A password reaches a program by its environment or by a file that nobody else can read,
//! never by its arguments, which every user of the machine can list.

mod client;
mod error;
mod first;
mod login;
mod part;
mod place;
mod restore;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use migcheck_core::Dialect;
use tempfile::NamedTempFile;
use tokio::process::Command;

use crate::literal::literal;
use crate::{DatabaseUrl, connect};
use client::{Client, Product};
use place::Place;
use restore::Restorer;

pub use error::BackupError;
pub use first::BackupFirst;

/// A finished backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Its file, which only its owner can read.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// The command that makes a database of it again, for a POSIX shell, without a password.
    pub restore: String,
    /// Where that command may be run, and how it gets the password.
    pub proviso: &'static str,
}

/// Writes a backup of the database to `to`: a new file, or a directory, where it is called
/// `LABEL-YYYYMMDDTHHMMSSZ` and what suits the database.
///
/// The file appears when the backup is complete, and replaces no other. Until then it is in a
/// folder whose name begins with a dot and ends in `.part`; that goes when the future is dropped, and that of
/// a process that was killed with the next backup into the same directory.
///
/// # Errors
///
/// The database or the program is not to be had, the program fails, or the file cannot be written.
/// There is no file then.
pub async fn backup(url: &DatabaseUrl, to: &Path, label: &str) -> Result<Backup, BackupError> {
    let product = Product::of(url).await?;
    let place = Place::new(to, label, product.extension())?;
    let part = place.begin()?;
    let client = match product {
        Product::Sqlite => {
            copy(url, part.file.path()).await?;
            None
        }
        Product::Postgres | Product::MySql | Product::MariaDb => {
            let client = Client::find(product, url)?;
            dump(&client, url, &part.file).await?;
            Some(client)
        }
    };
    let bytes = place.finish(part)?;
    let program = Restorer::of(product, client.as_ref());
    Ok(Backup {
        restore: program.command(url, place.file()),
        proviso: program.proviso(url),
        file: place.file().to_owned(),
        bytes,
    })
}

/// Has a client write to the file.
async fn dump(client: &Client, url: &DatabaseUrl, part: &NamedTempFile) -> Result<(), BackupError> {
    let cannot_write = |error| BackupError::Write {
        path: part.path().to_owned(),
        error,
    };
    let file = part.as_file().try_clone().map_err(cannot_write)?;
    let program = client.program.clone();
    let mut command = Command::new(&program);
    command
        .args(&client.arguments)
        .envs(client.environment.iter().cloned())
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let ran = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => client.missing(),
        _ => BackupError::Start {
            program: program.clone(),
            error,
        },
    })?;
    let output = ran.wait_with_output().await;
    let output = output.map_err(|error| BackupError::Start {
        program: program.clone(),
        error,
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(BackupError::Failed {
        program,
        said: url.mask(said.trim()),
    })
}

/// Has SQLite write a copy of the database into the empty file.
async fn copy(url: &DatabaseUrl, file: &Path) -> Result<(), BackupError> {
    let mut session = connect(url).await?;
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let file = file
        .to_str()
        .ok_or_else(|| BackupError::Name(file.clone()))?;
    let sql = format!("VACUUM INTO {}", literal(Dialect::Sqlite, file));
    let copied = session.execute(&sql).await;
    copied.map(drop).map_err(BackupError::Copy)
}
