//! A backup on its way: a file in a hidden folder, which goes whatever becomes of the backup.
//!
//! Where the process is killed nobody takes the folder away. So the process holds a lock on a file in
//! it, which the operating system gives back with the process, and the next backup that goes into the
//! same directory removes the folders whose locks are free.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::{NamedTempFile, TempDir};

/// How the name of a folder ends.
const ENDING: &str = ".part";

/// The file that is locked. A folder without it is somebody else's, or of a moment ago.
const LOCK: &str = "migcheck-lock";

/// A backup that is not complete. It goes with its value, and so does what SQLite puts beside it.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) file: NamedTempFile,
    /// None where the file system knows no locks.
    _lock: Option<File>,
    /// Goes last.
    _folder: TempDir,
}

impl Part {
    /// An empty file for the backup of that name.
    pub(super) fn new(directory: &Path, name: &str) -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(&format!(".{name}-"))
            .suffix(ENDING)
            .tempdir_in(directory)?;
        Ok(Self {
            _lock: lock(folder.path())?,
            file: NamedTempFile::new_in(folder.path())?,
            _folder: folder,
        })
    }

    /// Removes what processes that have ended left in this directory. What cannot be looked at, or
    /// removed, is another user's, and stays.
    pub(super) fn sweep(directory: &Path) {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        for entry in entries {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder
                && name.starts_with('.')
                && name.ends_with(ENDING)
                && is_left(&entry.path())
            {
                let _stays = fs::remove_dir_all(entry.path());
            }
        }
    }
}

/// Marks a folder as one that is in use. The file has its name when it is locked, so that nobody finds
/// it free before.
fn lock(folder: &Path) -> io::Result<Option<File>> {
    let file = NamedTempFile::new_in(folder)?;
    if file.as_file().try_lock().is_err() {
        return Ok(None);
    }
    Ok(Some(file.persist(folder.join(LOCK))?))
}

/// Whether the lock of a folder is free, and so its process gone.
fn is_left(folder: &Path) -> bool {
    let file = File::options().write(true).open(folder.join(LOCK));
    file.is_ok_and(|file| file.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_a_killed_process_left_goes_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path();
        let alive = Part::new(directory, "alive.sql").unwrap();
        let killed = Part::new(directory, "killed.sql").unwrap();
        let _ = killed.file.keep().unwrap();
        let _ = killed._folder.keep();
        for name in [".foreign.part", "locked.part", ".locked"] {
            fs::create_dir(directory.join(name)).unwrap();
            fs::write(directory.join(name).join("data"), "").unwrap();
        }
        for name in ["locked.part", ".locked"] {
            fs::write(directory.join(name).join(LOCK), "").unwrap();
        }
        // Its lock goes with the process.
        assert_eq!(names(directory).len(), 5);
        drop(killed._lock);
        Part::sweep(directory);
        let left = names(directory);
        assert_eq!(left.len(), 4, "{left:?}");
        assert!(!left.iter().any(|name| name.contains("killed")), "{left:?}");
        assert!(alive.file.path().exists());
        drop(alive);
        assert_eq!(
            names(directory),
            [".foreign.part", ".locked", "locked.part"]
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let (directory, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(other.path().join(LOCK), "").unwrap();
        let link = directory.path().join(".x.part");
        std::os::unix::fs::symlink(other.path(), &link).unwrap();
        Part::sweep(directory.path());
        assert!(other.path().join(LOCK).exists() && link.symlink_metadata().is_ok());
    }
}
