//! A small cargo package with migrations, in a temporary folder of its own.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::schema::hold_against_schema;

/// A package called `shop`. Its template is `{seq}_{slug}`, so that what commands make is the same
/// in every run.
pub(crate) struct Project {
    folder: TempDir,
}

pub(crate) const CONFIG: &str = "layout = \"native\"\n\n[naming]\nfile = \"{seq}_{slug}\"\n";

impl Project {
    pub(crate) fn new() -> Self {
        Self::bare().file("migrations/migcheck.toml", CONFIG)
    }

    /// The package without a migration directory.
    pub(crate) fn bare() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { folder }
            .file(
                "Cargo.toml",
                "[package]\nname = \"shop\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n",
            )
            .file("src/main.rs", "fn main() {}\n")
    }

    /// An empty folder: no package at all.
    pub(crate) fn nothing() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A table that is made and dropped again.
    pub(crate) fn revision(self, id: &str, slug: &str, revises: &str) -> Self {
        let up = format!("-- migcheck: revises = \"{revises}\"\nCREATE TABLE {slug} (id int);\n");
        self.file(&format!("migrations/{id}_{slug}.up.sql"), &up)
            .file(
                &format!("migrations/{id}_{slug}.down.sql"),
                &format!("DROP TABLE {slug};\n"),
            )
    }

    /// Three revisions, one after the other.
    pub(crate) fn chain() -> Self {
        Self::new()
            .revision("001", "users", "base")
            .revision("002", "orders", "001")
            .revision("003", "invoices", "002")
    }

    /// Two revisions on top of one.
    pub(crate) fn fork() -> Self {
        Self::new()
            .revision("001", "users", "base")
            .revision("002", "orders", "001")
            .revision("003", "search", "001")
    }

    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
        fs::write(path, text).expect("a new file");
        self
    }

    pub(crate) fn without(self, name: &str) -> Self {
        fs::remove_file(self.folder.path().join(name)).expect("a file to delete");
        self
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).expect("a file to read")
    }

    /// The names of the files below a folder, sorted.
    pub(crate) fn files(&self, below: &str) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path().join(below)).expect("a folder to list");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.into_string().expect("a name in UTF-8"))
            .collect();
        names.sort();
        names
    }

    /// Runs git, with nobody's settings, and returns what it says. It may fail, as a merge with a
    /// conflict does.
    pub(crate) fn git(&self, arguments: &str) -> String {
        let output = git(self.path(), arguments.split_whitespace());
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Commits everything on the branch that is checked out.
    pub(crate) fn commit(self, message: &str) -> Self {
        self.git("add --all");
        let output = git(self.path(), ["commit", "--quiet", "-m", message]);
        assert!(output.status.success(), "{output:?}");
        self
    }

    /// Makes a repository of it, on the branch `main`, and commits everything.
    pub(crate) fn committed(self) -> Self {
        self.git("init --quiet --initial-branch=main");
        self.file(".gitignore", "target\n").commit("Begin")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-migcheck"));
        for variable in [
            "NO_COLOR",
            "CLICOLOR",
            "CLICOLOR_FORCE",
            "CARGO_TERM_COLOR",
            "GITHUB_WORKSPACE",
        ] {
            command.env_remove(variable);
        }
        command
            .arg("migcheck")
            .args(arguments)
            .current_dir(self.path())
            .env("COLUMNS", "80");
        command
    }

    /// What a user sees of `cargo migcheck` with these words as arguments.
    pub(crate) fn run(&self, arguments: &str) -> String {
        self.run_with(&arguments.split_whitespace().collect::<Vec<_>>())
    }

    pub(crate) fn run_with(&self, arguments: &[&str]) -> String {
        screen(&mut self.command(arguments))
    }

    pub(crate) fn canonical_path(&self) -> PathBuf {
        self.path().canonicalize().expect("a folder that exists")
    }
}

/// Runs SQL in the project's `home.db`.
pub(crate) fn run_sql(project: &Project, sql: &str) {
    let file = project.path().join("home.db");
    let url = format!("sqlite:{}", file.display()).parse().expect("a URL");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut session = migcheck_db::connect(&url).await.expect("the database");
        session.execute(sql).await.expect("good SQL");
    });
}

/// git in `folder`, with nobody's settings.
pub(crate) fn git<'a>(folder: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Output {
    let name = "somebody";
    Command::new("git")
        .current_dir(folder)
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", name)
        .env("GIT_AUTHOR_EMAIL", name)
        .env("GIT_COMMITTER_NAME", name)
        .env("GIT_COMMITTER_EMAIL", name)
        .output()
        .expect("git runs")
}

/// The command as it is typed, both streams and the exit code.
pub(crate) fn screen(command: &mut Command) -> String {
    let output = command.output().expect("the binary runs");
    let arguments: Vec<String> = command
        .get_args()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let is_json = arguments
        .windows(2)
        .any(|pair| pair == ["--format", "json"]);
    // Wrong arguments end before there is a command that could answer.
    if is_json && !output.stdout.is_empty() {
        hold_against_schema(&arguments, &String::from_utf8_lossy(&output.stdout));
    }
    let typed: Vec<_> = command
        .get_args()
        .skip(1)
        .map(OsStr::to_string_lossy)
        .map(|argument| {
            if argument.contains(' ') {
                format!("\"{argument}\"")
            } else {
                argument.into_owned()
            }
        })
        .collect();
    let mut screen = format!("$ cargo migcheck {}", typed.join(" "))
        .trim_end()
        .to_owned();
    for (name, stream) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        if !stream.is_empty() {
            let text = String::from_utf8_lossy(stream);
            screen.push_str(&format!("\n--- {name}\n{}", text.trim_end_matches('\n')));
        }
    }
    let code = output
        .status
        .code()
        .map_or("none".to_owned(), |code| code.to_string());
    format!("{screen}\n--- exit code {code}\n")
}
