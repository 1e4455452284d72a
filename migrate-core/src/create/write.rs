//! Files on their way to the disk: all of them or none, and over none that is there.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// The path below the directory, `/` between its parts.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// A file that could not be written. What was written before it is gone again.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{}`", .path.display())]
pub struct WriteError {
    /// The file.
    pub path: PathBuf,
    /// What the operating system said.
    #[source]
    pub source: io::Error,
}

/// Files that were written just now.
#[derive(Debug, Default)]
pub struct Written {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Written {
    /// Takes everything back: what was not there before is gone again.
    pub fn undo(self) {
        // There is nothing left to do for a file that does not go either.
        for file in self.files.iter().rev() {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }

    fn file(&mut self, path: &Path, text: &str) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            self.folder(folder)?;
        }
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)?;
        self.files.push(path.to_owned());
        file.write_all(text.as_bytes())
    }

    fn folder(&mut self, folder: &Path) -> io::Result<()> {
        if folder.as_os_str().is_empty() || folder.is_dir() {
            return Ok(());
        }
        if let Some(above) = folder.parent() {
            self.folder(above)?;
        }
        fs::create_dir(folder)?;
        self.folders.push(folder.to_owned());
        Ok(())
    }
}

/// Writes `files` below `root`, and the folders they need: all of them, or none.
///
/// # Errors
///
/// One of them exists already, or the operating system would not write it.
pub fn write(root: &Path, files: &[NewFile]) -> Result<Written, WriteError> {
    let mut written = Written::default();
    for file in files {
        let path = root.join(&file.name);
        if let Err(source) = written.file(&path, &file.text) {
            written.undo();
            return Err(WriteError { path, source });
        }
    }
    Ok(written)
}

/// Puts `text` in the place of a file, in one step: a reader sees the old text or the new one. Who
/// may read and write it stays as it was.
///
/// # Errors
///
/// The operating system would not write it; the old file is then still there.
pub fn replace(path: &Path, text: &str) -> Result<(), WriteError> {
    let failed = |source| WriteError {
        path: path.to_owned(),
        source,
    };
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    // It may be somebody's own.
    let mut file = File::create_new(&beside).map_err(|source| WriteError {
        path: beside.clone(),
        source,
    })?;
    let written = file.write_all(text.as_bytes());
    // Windows renames no file that is open.
    drop(file);
    let result = written
        .and_then(|()| match fs::metadata(path) {
            Ok(old) => fs::set_permissions(&beside, old.permissions()),
            Err(_) => Ok(()),
        })
        .and_then(|()| fs::rename(&beside, path));
    result.map_err(|source| {
        let _ = fs::remove_file(&beside);
        failed(source)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn nothing_is_overwritten_and_nothing_is_left_half_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| NewFile {
            name: name.to_owned(),
            text: "new".to_owned(),
        };
        fs::write(folder.path().join("b"), "old").unwrap();
        let error = write(folder.path(), &[file("deep/a"), file("b")]).unwrap_err();
        assert_eq!(error.source.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(folder.path().join("b")).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_lies_beside_a_file_stays_when_that_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a"), "old").unwrap();
        fs::write(at("a.new"), "mine").unwrap();
        let error = replace(&at("a"), "new").unwrap_err();
        assert_eq!(error.path, at("a.new"));
        assert_eq!(fs::read_to_string(at("a")).unwrap(), "old");
        assert_eq!(fs::read_to_string(at("a.new")).unwrap(), "mine");
        fs::remove_file(at("a.new")).unwrap();
        replace(&at("a"), "new").unwrap();
        assert_eq!(fs::read_to_string(at("a")).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
