//! Where a backup goes: under another name until it is complete, readable for its owner alone.

use std::io;
use std::path::{Path, PathBuf};

use migcheck_core::Stamp;

use super::BackupError;
use super::part::Part;

/// The file that a backup becomes.
#[derive(Debug)]
pub(super) struct Place {
    directory: PathBuf,
    file: PathBuf,
}

impl Place {
    /// `to`, or a file in it where it is a directory.
    pub(super) fn new(to: &Path, label: &str, extension: &str) -> Result<Self, BackupError> {
        let is_directory = to.is_dir() || to.to_string_lossy().ends_with(['/', '\\']);
        let (directory, file) = if is_directory {
            (to.to_owned(), free(to, label, extension))
        } else {
            let parent = to.parent().filter(|path| !path.as_os_str().is_empty());
            (parent.unwrap_or(Path::new(".")).to_owned(), to.to_owned())
        };
        if !directory.is_dir() {
            return Err(BackupError::NoDirectory(directory));
        }
        // It is seen to again when the backup is complete; here it saves the time of a long one.
        if file.symlink_metadata().is_ok() {
            return Err(BackupError::Exists(file));
        }
        Ok(Self { directory, file })
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// An empty file in a folder of its own; its mode is 0600. What killed processes have left of theirs
    /// goes first: it may be what fills the disk.
    pub(super) fn begin(&self) -> Result<Part, BackupError> {
        Part::sweep(&self.directory);
        let file = self.file.file_name().unwrap_or_default().to_string_lossy();
        let part = Part::new(&self.directory, &file);
        part.map_err(|error| self.cannot_write(error))
    }

    /// Gives the file its name, and tells how many bytes it has.
    pub(super) fn finish(&self, part: Part) -> Result<u64, BackupError> {
        let file = part.file.as_file();
        let size = file.sync_all();
        let size = size.and_then(|()| Ok(file.metadata()?.len()));
        let bytes = size.map_err(|error| self.cannot_write(error))?;
        match part.file.persist_noclobber(&self.file) {
            Ok(_) => Ok(bytes),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(BackupError::Exists(self.file.clone()))
            }
            Err(error) => Err(self.cannot_write(error.error)),
        }
    }

    fn cannot_write(&self, error: io::Error) -> BackupError {
        BackupError::Write {
            path: self.file.clone(),
            error,
        }
    }
}

/// A name in a directory that nothing has.
fn free(directory: &Path, label: &str, extension: &str) -> PathBuf {
    let first = directory.join(name(label, extension));
    let mut file = first.clone();
    let mut number = 2;
    while file.symlink_metadata().is_ok() {
        file = first.with_extension(format!("{number}.{extension}"));
        number += 1;
    }
    file
}

/// `LABEL-20260102T030405Z.EXTENSION`; what a file name had better not hold becomes `_`.
fn name(label: &str, extension: &str) -> String {
    let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let label: String = label
        .chars()
        .map(|c| if good(c) { c } else { '_' })
        .collect();
    let now = Stamp::now().timestamp();
    let (date, time) = now.split_at(8);
    format!("{label}-{date}T{time}Z.{extension}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_backup_has_its_name_when_it_is_complete_and_replaces_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::new(directory.path(), "prod-a/b", "sql").unwrap();
        let name = place
            .file()
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            name.starts_with("prod-a_b-2") && name.ends_with("Z.sql"),
            "{name}"
        );
        assert_eq!(name.len(), "prod-a_b-20260102T030405Z.sql".len());
        let mut part = place.begin().unwrap();
        part.file.write_all(b"half").unwrap();
        assert!(!place.file().exists());
        assert_eq!(place.finish(part).unwrap(), 4);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = place.file().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        // Another one took the name while this one was made.
        let late = place.begin().unwrap();
        assert!(matches!(place.finish(late), Err(BackupError::Exists(_))));
        let again = Place::new(place.file(), "x", "sql");
        assert!(matches!(again, Err(BackupError::Exists(_))));
        let names = std::fs::read_dir(directory.path()).unwrap().count();
        assert_eq!(names, 1, "a part of a backup is left");
    }

    #[test]
    fn a_directory_has_to_be_there() {
        let directory = tempfile::tempdir().unwrap();
        for below in ["none/", "none/x.sql"] {
            let place = Place::new(&directory.path().join(below), "x", "sql");
            assert!(matches!(place, Err(BackupError::NoDirectory(_))), "{below}");
        }
        assert!(Place::new(Path::new("new.sql"), "x", "sql").is_ok());
    }
}
