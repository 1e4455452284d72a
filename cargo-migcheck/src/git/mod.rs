//! git, asked as a program: what a migration directory was at another commit.

mod past;
mod texts;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use migcheck_core::nearest;

use crate::error::CommandError;

pub(crate) use past::{Elsewhere, base, since};
pub(crate) use texts::GitTexts;

/// A folder of a git repository.
#[derive(Debug)]
pub(crate) struct Repository {
    folder: PathBuf,
    /// The folder's path below the repository's root, with a `/` at its end; empty for the root.
    prefix: String,
}

/// A commit, by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Commit(String);

/// Why git has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GitError {
    /// There is no such program.
    #[error("git cannot be run: {0}")]
    NotRun(#[from] io::Error),
    /// It does not do it.
    #[error("git: {0}")]
    Refused(String),
}

impl From<GitError> for CommandError {
    fn from(error: GitError) -> Self {
        let hint = match &error {
            GitError::NotRun(_) => "install git, or leave the option out",
            GitError::Refused(_) => {
                "the migration directory has to be in a git repository for this"
            }
        };
        Self::usage(error.to_string()).hinted(hint)
    }
}

impl Repository {
    /// The repository that `folder` is in.
    ///
    /// # Errors
    ///
    /// It is in none, or there is no git.
    pub(crate) fn of(folder: &Path) -> Result<Self, GitError> {
        let mut repository = Self {
            folder: folder.to_owned(),
            prefix: String::new(),
        };
        repository.prefix = repository.line(["rev-parse", "--show-prefix"])?;
        Ok(repository)
    }

    /// The commit that `name` stands for.
    ///
    /// # Errors
    ///
    /// git knows none; what to do about it is said.
    pub(crate) fn commit(&self, name: &str) -> Result<Commit, CommandError> {
        self.find(name).ok_or_else(|| self.unknown(name))
    }

    /// The commit that `name` stands for, if git knows one.
    pub(crate) fn find(&self, name: &str) -> Option<Commit> {
        let commit = format!("{name}^{{commit}}");
        let hash = self.line([
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ]);
        hash.ok().filter(|hash| !hash.is_empty()).map(Commit)
    }

    fn unknown(&self, name: &str) -> CommandError {
        let error = CommandError::usage(format!("git knows no commit called `{name}`"));
        let remotes = self.line(["remote"]).unwrap_or_default();
        let on_remote = name
            .split_once('/')
            .filter(|(remote, _)| remotes.lines().any(|known| known == *remote));
        if let Some((remote, branch)) = on_remote {
            let shallow = if self.is_shallow() { " --depth=1" } else { "" };
            return error
                .hinted(format!(
                    "fetch it first: `git fetch{shallow} {remote} {branch}:refs/remotes/{name}`"
                ))
                .hinted("in a GitHub workflow: `with: { fetch-depth: 0 }` at actions/checkout");
        }
        let names = ["for-each-ref", "--format=%(refname:short)"];
        let names = self.line(names).unwrap_or_default();
        let below = names.lines().find(|known| {
            let branch = known.strip_suffix(name);
            branch.is_some_and(|remote| remote.ends_with('/'))
        });
        match below.or_else(|| nearest(name, names.lines())) {
            Some(near) => error.hinted(format!("did you mean `{near}`?")),
            None if self.is_shallow() => {
                error.hinted("this is a shallow clone: `git fetch --unshallow` brings the rest")
            }
            None => error.hinted("name a branch, a tag or a commit: `git branch --all` lists some"),
        }
    }

    /// Where the work tree's branch left `commit`, if git knows that.
    pub(crate) fn fork_point(&self, commit: &Commit) -> Option<Commit> {
        let hash = self.line(["merge-base", &commit.0, "HEAD"]).ok()?;
        Some(Commit(hash)).filter(|commit| !commit.0.is_empty())
    }

    /// Whether the history is cut off.
    pub(crate) fn is_shallow(&self) -> bool {
        self.line(["rev-parse", "--is-shallow-repository"])
            .is_ok_and(|answer| answer == "true")
    }

    /// The files below the folder that are not as they are at `commit`, those git does not track
    /// included.
    ///
    /// # Errors
    ///
    /// git does not answer.
    pub(crate) fn changed_since(&self, commit: &Commit) -> Result<BTreeSet<String>, GitError> {
        let diff = [
            "diff",
            "--name-only",
            "--no-renames",
            "--relative",
            "-z",
            &commit.0,
            "--",
            ".",
        ];
        let others = ["ls-files", "--others", "-z", "--", "."];
        let mut names = self.text(diff)?;
        names.push_str(&self.text(others)?);
        Ok(names.split_terminator('\0').map(str::to_owned).collect())
    }

    /// The text of a file at a revision, as git names it: `HEAD:migrations/001.sql`.
    fn blob(&self, name: &str) -> Option<String> {
        self.text(["cat-file", "blob", name]).ok()
    }

    /// The first line that git answers.
    fn line<const N: usize>(&self, arguments: [&str; N]) -> Result<String, GitError> {
        let text = self.text(arguments)?;
        Ok(text.trim_end_matches(['\n', '\r']).to_owned())
    }

    fn text<const N: usize>(&self, arguments: [&str; N]) -> Result<String, GitError> {
        run(self.command(arguments))
    }

    fn command(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new("git");
        // A hook is run with these set for the root of the work tree, which is not where this runs.
        for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            command.env_remove(variable);
        }
        command
            .current_dir(&self.folder)
            .env("LC_ALL", "C")
            .env("GIT_LITERAL_PATHSPECS", "1")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .args(["-c", "core.quotePath=off"])
            .args(arguments);
        command
    }
}

/// Runs git, and returns what it answers.
fn run(mut command: Command) -> Result<String, GitError> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().next().unwrap_or("it failed without a word");
    let first = first.trim_start_matches("fatal: ").to_owned();
    Err(GitError::Refused(first))
}
