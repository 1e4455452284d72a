//! The lock of SQLite, which has none that outlasts a transaction: the operating system's, on a file
//! beside the database. It goes with the process that holds it, whatever ends that.
//!
//! It is no file of SQLite's: closing one of those would take away the locks of this process's other
//! connections (<https://www.sqlite.org/howtocorrupt.html>, 2.2). Nor is it SQLite's exclusive
//! locking mode: in WAL mode that is to be had only while nobody else has the database open.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use migcheck_core::Dialect;

use crate::ServerError;
use crate::session::Session;

/// What is added to the name of the database's file.
pub(crate) const ENDING: &str = "-migcheck-lock";

/// A file that is locked until this goes.
#[derive(Debug)]
pub(crate) struct LockFile {
    path: PathBuf,
    file: File,
}

/// Where the lock of this database is. A database in memory has none, and one connection.
pub(crate) async fn place(session: &mut dyn Session) -> Result<Option<PathBuf>, ServerError> {
    if session.dialect() != Dialect::Sqlite {
        return Ok(None);
    }
    let file = database_file(session).await?;
    Ok(file.map(|file| PathBuf::from(format!("{file}{ENDING}"))))
}

/// The file of a SQLite database; nothing where it is in memory.
///
/// It is the statement and not the table of that name, which reads the schema: that has to wait for
/// who writes, and cannot be done where the file is none of SQLite's.
pub(crate) async fn database_file(
    session: &mut dyn Session,
) -> Result<Option<String>, ServerError> {
    let rows = session.rows("PRAGMA database_list", &[]).await?;
    let main = rows
        .into_iter()
        .find(|row| matches!(row.get(1), Some(Some(name)) if name == "main"));
    let file = main.and_then(|row| row.into_iter().nth(2)).flatten();
    Ok(file.filter(|file| !file.is_empty()))
}

impl LockFile {
    /// Takes the lock, if it is free.
    pub(crate) fn try_take(path: &Path) -> Result<Option<Self>, ServerError> {
        let taken = try_take(path);
        taken.map_err(|error| ServerError::local(format!("{}: {error}", path.display())))
    }

    /// Gives it back, and takes the file away.
    pub(crate) fn release(&self) -> Result<(), ServerError> {
        // Where an open file cannot be removed it stays, and does no harm.
        if cfg!(unix) {
            let _absent = std::fs::remove_file(&self.path);
        }
        let unlocked = self.file.unlock();
        unlocked.map_err(|error| ServerError::local(format!("{}: {error}", self.path.display())))
    }
}

fn try_take(path: &Path) -> io::Result<Option<LockFile>> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    let file = match options.open(path) {
        // A killed run of another user's has left it; to be locked it need not be written to.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            File::open(path).map_err(|_| error)?
        }
        opened => opened?,
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // Its last holder may have removed it in between, and the next one will make another.
    let path = path.to_owned();
    Ok(is_at(&file, &path)?.then_some(LockFile { path, file }))
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let own = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (own.dev(), own.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "the other one may fail")]
fn is_at(_file: &File, _path: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::thread;

    use super::*;

    #[test]
    fn one_has_it_and_nothing_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("shop.db-migcheck-lock");
        let held = LockFile::try_take(&path).unwrap().unwrap();
        assert!(LockFile::try_take(&path).unwrap().is_none());
        held.release().unwrap();
        let next = LockFile::try_take(&path).unwrap().unwrap();
        // As when its holder is killed.
        drop(next);
        LockFile::try_take(&path)
            .unwrap()
            .unwrap()
            .release()
            .unwrap();
        assert_eq!(path.exists(), cfg!(not(unix)));
        let nowhere = directory.path().join("none/shop.db-migcheck-lock");
        assert!(
            LockFile::try_take(&nowhere)
                .unwrap_err()
                .message
                .contains("none")
        );
    }

    #[cfg(unix)]
    #[test]
    fn one_that_may_only_be_read_is_locked_too() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("shop.db-migcheck-lock");
        drop(LockFile::try_take(&path).unwrap().unwrap());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
        let held = LockFile::try_take(&path).unwrap().unwrap();
        assert!(LockFile::try_take(&path).unwrap().is_none());
        held.release().unwrap();
    }

    #[test]
    fn never_two_have_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("shop.db-migcheck-lock");
        let held = std::sync::atomic::AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..2_000 {
                        if let Some(lock) = LockFile::try_take(&path).unwrap() {
                            use std::sync::atomic::Ordering::SeqCst;
                            assert_eq!(held.fetch_add(1, SeqCst), 0);
                            assert_eq!(held.fetch_sub(1, SeqCst), 1);
                            lock.release().unwrap();
                        }
                    }
                });
            }
        });
    }
}
