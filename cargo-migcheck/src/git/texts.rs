//! The texts that a file once had, from git's history.

use std::cell::{Cell, OnceCell};
use std::path::{Path, PathBuf};

use migcheck_core::OldTexts;

use super::Repository;

/// How many texts are looked at in one check: each costs a process.
const MOST: usize = 200;
/// How far back one file is followed, in commits that changed it.
const MOST_OF_A_FILE: &str = "--max-count=50";

/// The history of a folder's files. git is asked when the first text is wanted, and where it has no
/// answer there is no text.
#[derive(Debug)]
pub(crate) struct GitTexts {
    folder: PathBuf,
    /// What is looked at first: a commit and the folder there, as git names them.
    first: Option<String>,
    repository: OnceCell<Option<Repository>>,
    left: Cell<usize>,
}

impl GitTexts {
    pub(crate) fn of(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            first: None,
            repository: OnceCell::new(),
            left: Cell::new(MOST),
        }
    }

    /// Looks at `place` first.
    pub(crate) fn first_at(&mut self, place: String) {
        self.first = Some(place);
    }
}

impl OldTexts for GitTexts {
    fn search(&self, name: &str, is_it: &mut dyn FnMut(&str) -> bool) {
        let repository = || Repository::of(&self.folder).ok();
        let Some(repository) = self.repository.get_or_init(repository) else {
            return;
        };
        let mut found = |place: &str| {
            let Some(left) = self.left.get().checked_sub(1) else {
                return true;
            };
            self.left.set(left);
            repository.blob(place).is_some_and(|text| is_it(&text))
        };
        let first = self.first.as_ref().and_then(|first| first.split_once(':'));
        if let Some((commit, prefix)) = first
            && found(&format!("{commit}:{}", below(prefix, name)))
        {
            return;
        }
        let path = below(&repository.prefix, name);
        // What is staged, and what the last commit has, is what was edited nearly always.
        if found(&format!(":{path}")) || found(&format!("HEAD:{path}")) {
            return;
        }
        let log = [
            "log",
            "--follow",
            "--no-relative",
            "--name-only",
            "--format=%x00%H",
            MOST_OF_A_FILE,
            "--",
            name,
        ];
        let log = repository.text(log).unwrap_or_default();
        for entry in log.split('\0') {
            let mut lines = entry.lines().filter(|line| !line.is_empty());
            if let (Some(commit), Some(path)) = (lines.next(), lines.next())
                && found(&format!("{commit}:{path}"))
            {
                return;
            }
        }
    }
}

/// The path of a file as git knows it; what a directory includes may lie beside it, as `../x/1.sql`.
fn below(prefix: &str, name: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in prefix.split('/').chain(name.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
