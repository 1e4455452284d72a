//! A migration directory as it stood at another commit.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use migcheck_core::{LOCK_FILE, Lock, Since, check};

use super::{Commit, GitError, Repository, run};
use crate::error::CommandError;
use crate::workspace::Directory;

/// A directory at another commit.
#[derive(Debug)]
pub(crate) enum Elsewhere {
    /// It is not there.
    Nowhere,
    /// It is there.
    There {
        /// Its history.
        since: Since,
        /// The folder it stood in, as git names it: the commit, `:`, and the path.
        place: String,
        /// The path, where it has another by now.
        renamed_from: Option<String>,
    },
}

/// The refs that a change is for, where none is named: the first one that exists.
const BASES: [&str; 4] = ["origin/HEAD", "origin/main", "main", "master"];

/// The ref that a change is for: `name`, else the first of the usual ones.
///
/// # Errors
///
/// git knows none.
pub(crate) fn base(
    repository: &Repository,
    name: Option<&str>,
) -> Result<(String, Commit), CommandError> {
    if let Some(name) = name {
        return Ok((name.to_owned(), repository.commit(name)?));
    }
    let mut known = BASES
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), repository.find(name)?)));
    known.next().ok_or_else(|| {
        let tried: Vec<String> = BASES.iter().map(|name| format!("`{name}`")).collect();
        CommandError::usage(format!(
            "git knows no base to compare with: there is none of {}",
            tried.join(", ")
        ))
    })
}

/// The history of `directory` at `commit`, which messages call `name`: what the lock records there;
/// without a readable lock, every revision.
///
/// # Errors
///
/// git does not answer, or there is neither a lock nor a sound directory.
pub(crate) fn since(
    repository: &Repository,
    directory: &Directory,
    name: &str,
    commit: &Commit,
) -> Result<Elsewhere, CommandError> {
    let prefix = if repository.has_folder(commit, &repository.prefix) {
        None
    } else {
        match repository.folder_before_renaming(commit)? {
            Some(prefix) => Some(prefix),
            None => return Ok(Elsewhere::Nowhere),
        }
    };
    let below = prefix.as_deref().unwrap_or(&repository.prefix);
    let place = format!("{}:{below}", commit.0);
    let lock = repository.blob(&format!("{place}{LOCK_FILE}"));
    let lock = match lock.as_deref().and_then(Lock::parse) {
        Some(lock) => lock,
        None => {
            let folder = tempfile::tempdir().map_err(GitError::NotRun)?;
            repository.check_out(commit, below, folder.path())?;
            let files = folder.path().join("files");
            let checked = check(&files, &format!("{name}:{below}"));
            let Some(graph) = checked.graph else {
                return Err(CommandError::unsound(
                    format!(
                        "`{}` has errors at `{name}` and no lock, so that nothing can be compared \
                         with it",
                        directory.name
                    ),
                    checked.findings,
                )
                .hinted("name a commit at which it is sound"));
            };
            Lock::of(&graph)
        }
    };
    Ok(Elsewhere::There {
        since: Since {
            name: name.to_owned(),
            lock,
        },
        place,
        renamed_from: prefix,
    })
}

impl Repository {
    fn has_folder(&self, commit: &Commit, prefix: &str) -> bool {
        let tree = format!("{}:{}", commit.0, prefix.trim_end_matches('/'));
        self.line(["cat-file", "-t", &tree])
            .is_ok_and(|kind| kind == "tree")
    }

    /// The folder that most of this folder's files were in at `commit`, if they were renamed since.
    fn folder_before_renaming(&self, commit: &Commit) -> Result<Option<String>, GitError> {
        let renames = [
            "diff",
            "--name-status",
            "--find-renames",
            "--diff-filter=R",
            "--no-relative",
            "-z",
            &commit.0,
        ];
        let answer = self.text(renames)?;
        let fields: Vec<&str> = answer.split_terminator('\0').collect();
        let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
        for rename in fields.chunks_exact(3) {
            let name = rename[2].strip_prefix(&self.prefix);
            let folder = name.and_then(|name| rename[1].strip_suffix(name));
            if let Some(folder) = folder.filter(|folder| folder.ends_with('/')) {
                *folders.entry(folder).or_default() += 1;
            }
        }
        let most = folders.into_iter().max_by_key(|(_, count)| *count);
        Ok(most.map(|(folder, _)| folder.to_owned()))
    }

    /// Writes what stood below `prefix` at `commit` into `folder`/files, past the work tree and its
    /// index.
    fn check_out(&self, commit: &Commit, prefix: &str, folder: &Path) -> Result<(), GitError> {
        let tree = format!("{}:{}", commit.0, prefix.trim_end_matches('/'));
        let repository = self.line(["rev-parse", "--absolute-git-dir"])?;
        let files = folder.join("files");
        fs::create_dir(&files)?;
        for arguments in [["read-tree", &tree], ["checkout-index", "--all"]] {
            let mut command = self.command(arguments);
            command
                .current_dir(&files)
                .env("GIT_DIR", &repository)
                .env("GIT_WORK_TREE", &files)
                .env("GIT_INDEX_FILE", folder.join("index"));
            run(command)?;
        }
        Ok(())
    }
}
