//! Moving files on the disk: all of them or none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::FileMove;
use crate::create::{WriteError, replace};

/// Files that were moved just now.
#[derive(Debug, Default)]
pub struct Moved(Vec<Step>);

#[derive(Debug)]
enum Step {
    MadeFolder(PathBuf),
    RemovedFolder(PathBuf),
    Renamed { from: PathBuf, to: PathBuf },
    Replaced { path: PathBuf, old: String },
}

impl Moved {
    /// Takes everything back: every file has its old name and text again.
    pub fn undo(self) {
        for step in self.0.into_iter().rev() {
            // There is nothing left to do for a file that does not move back.
            let _ = match step {
                Step::MadeFolder(folder) => fs::remove_dir(folder),
                Step::RemovedFolder(folder) => fs::create_dir(folder),
                Step::Renamed { from, to } => fs::rename(to, from),
                Step::Replaced { path, old } => replace(&path, &old).map_err(|error| error.source),
            };
        }
    }

    fn file(&mut self, root: &Path, file: &FileMove) -> Result<(), WriteError> {
        let (from, to) = (root.join(&file.from), root.join(&file.to));
        let failed = |source| WriteError {
            path: to.clone(),
            source,
        };
        if from != to {
            if to.symlink_metadata().is_ok() {
                return Err(failed(io::ErrorKind::AlreadyExists.into()));
            }
            if let Some(folder) = to.parent().filter(|folder| !folder.is_dir()) {
                fs::create_dir(folder).map_err(failed)?;
                self.0.push(Step::MadeFolder(folder.to_owned()));
            }
            fs::rename(&from, &to).map_err(failed)?;
            self.0.push(Step::Renamed {
                from: from.clone(),
                to: to.clone(),
            });
            // A folder that held this revision alone goes with it.
            if let Some(folder) = from.parent().filter(|folder| *folder != root)
                && fs::remove_dir(folder).is_ok()
            {
                self.0.push(Step::RemovedFolder(folder.to_owned()));
            }
        }
        if let Some(text) = &file.text {
            let old = fs::read_to_string(&to).map_err(failed)?;
            replace(&to, text)?;
            self.0.push(Step::Replaced { path: to, old });
        }
        Ok(())
    }
}

/// Moves and edits `files` below `root`: all of them, or none.
///
/// # Errors
///
/// A name is taken, or the operating system would not do it.
pub fn apply(root: &Path, files: &[FileMove]) -> Result<Moved, WriteError> {
    let mut moved = Moved::default();
    for file in files {
        if let Err(error) = moved.file(root, file) {
            moved.undo();
            return Err(error);
        }
    }
    Ok(moved)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn files(root: &Path) -> Vec<(String, String)> {
        let mut files = Vec::new();
        for name in ["a.sql", "b.sql", "c.sql", "old/up.sql", "new/up.sql"] {
            if let Ok(text) = fs::read_to_string(root.join(name)) {
                files.push((name.to_owned(), text));
            }
        }
        files
    }

    #[test]
    fn what_cannot_be_done_whole_is_not_done() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("old")).unwrap();
        for name in ["a.sql", "b.sql", "old/up.sql"] {
            fs::write(root.join(name), name).unwrap();
        }
        let file = |from: &str, to: &str, text: Option<&str>| FileMove {
            from: from.to_owned(),
            to: to.to_owned(),
            text: text.map(str::to_owned),
        };
        let before = files(root);
        let moves = [
            file("old/up.sql", "new/up.sql", None),
            file("a.sql", "c.sql", Some("edited")),
        ];
        let taken = file("b.sql", "c.sql", None);
        let error = apply(root, &[moves.as_slice(), &[taken]].concat()).unwrap_err();
        assert_eq!(error.source.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(files(root), before);
        let moved = apply(root, &moves).unwrap();
        let name = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        assert_eq!(
            files(root),
            [
                name("b.sql", "b.sql"),
                name("c.sql", "edited"),
                name("new/up.sql", "old/up.sql")
            ]
        );
        assert!(!root.join("old").exists());
        moved.undo();
        assert_eq!(files(root), before);
        assert!(!root.join("new").exists());
    }
}
