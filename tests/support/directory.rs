//! Migration directories: copies to plant faults in, and small ones made on the spot.

use std::fs;
use std::path::{Path, PathBuf};

use migcheck::RevisionGraph;
use tempfile::TempDir;

/// A migration directory that a test may change.
pub struct Directory {
    directory: TempDir,
}

impl Directory {
    /// A copy of the directory `source` of this repository.
    pub fn copy_of(source: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for file in fs::read_dir(Path::new(super::ROOT).join(source)).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), directory.path().join(file.file_name())).unwrap();
        }
        Self { directory }
    }

    /// A new directory of files called `{seq}_{slug}.…`, for all three databases.
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = "layout = \"native\"\n[naming]\nfile = \"{seq}_{slug}\"\n";
        fs::write(directory.path().join("migcheck.toml"), config).unwrap();
        Self { directory }
    }

    /// Writes a file of it.
    pub fn write(&self, file: &str, text: impl AsRef<[u8]>) -> &Self {
        fs::write(self.path(file), text).unwrap();
        self
    }

    /// Adds the next revision of a chain: `001`, `002`, …
    pub fn add(&self, slug: &str, up: &str, down: &str) -> &Self {
        let ups = fs::read_dir(self.directory.path()).unwrap().flatten();
        let ups = ups.filter(|file| file.file_name().to_string_lossy().ends_with(".up.sql"));
        let before = ups.count();
        let parent = match before {
            0 => "base".to_owned(),
            number => format!("{number:03}"),
        };
        let id = before + 1;
        let up = format!("-- migcheck: revises = \"{parent}\"\n{up}");
        self.write(&format!("{id:03}_{slug}.up.sql"), up)
            .write(&format!("{id:03}_{slug}.down.sql"), down)
    }

    /// Replaces the one place where `file` says `from`.
    pub fn edit(&self, file: &str, from: &str, to: &str) -> &Self {
        let text = fs::read_to_string(self.path(file)).unwrap();
        let places = text.matches(from).count();
        assert_eq!(places, 1, "{file} says {from:?} {places} times:\n{text}");
        assert_ne!(from, to, "{file} would stay as it is");
        self.write(file, text.replace(from, to))
    }

    /// Removes a file of it.
    pub fn remove(&self, file: &str) -> &Self {
        fs::remove_file(self.path(file)).unwrap();
        self
    }

    /// Where a file of it is, or will be.
    pub fn path(&self, file: &str) -> PathBuf {
        self.directory.path().join(file)
    }

    /// Reads it.
    pub fn graph(&self) -> RevisionGraph {
        RevisionGraph::load(self.directory.path()).unwrap_or_else(|unsound| panic!("{unsound}"))
    }
}
