//! Speed, as ratios against a floor or a peer that is timed in the same run: absolute times say more
//! about the machine than about the program.

mod check;
mod corpus;
mod graph;
mod measure;
mod nothing;
mod pending;
mod rebuild;
mod stairs;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;
use corpus::Sql;
use measure::Timed;

/// How many revisions a bench is made with, unless told otherwise.
pub(crate) const REVISIONS: usize = 10_000;

/// A part of the benches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Check,
    Graph,
    Rebuild,
    Stairs,
    Pending,
    Nothing,
}

impl Part {
    pub(crate) const ALL: [Self; 6] = [
        Self::Check,
        Self::Graph,
        Self::Rebuild,
        Self::Stairs,
        Self::Pending,
        Self::Nothing,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Graph => "graph",
            Self::Rebuild => "rebuild",
            Self::Stairs => "stairs",
            Self::Pending => "pending",
            Self::Nothing => "nothing",
        }
    }
}

/// Runs these benches and prints one line a figure.
pub(crate) fn run(workspace: &Workspace, parts: &[Part], revisions: usize) -> Result<(), Error> {
    let bench = Bench {
        workspace,
        scratch: workspace.scratch().join("bench"),
    };
    if bench.scratch.exists() {
        done("clean up", fs::remove_dir_all(&bench.scratch))?;
    }
    let binary = bench.binary()?;
    parts.iter().try_for_each(|part| match part {
        Part::Check => check::run(&bench, &binary, revisions),
        Part::Graph => graph::run(&bench, &binary),
        Part::Rebuild => rebuild::run(&bench, revisions),
        Part::Stairs => stairs::run(&bench, &binary),
        Part::Pending => pending::run(&bench),
        Part::Nothing => nothing::run(&bench),
    })
}

struct Bench<'a> {
    workspace: &'a Workspace,
    scratch: PathBuf,
}

impl Bench<'_> {
    fn binary(&self) -> Result<PathBuf, Error> {
        eprintln!("xtask: building cargo-migcheck in release mode");
        let target = self.target();
        let mut build = cargo(self.workspace.root());
        build
            .args(["build", "--quiet", "--release", "-p", "cargo-migcheck"])
            .arg("--target-dir")
            .arg(&target);
        started("build cargo-migcheck", &mut build)?;
        Ok(target.join("release/cargo-migcheck"))
    }

    /// Where what is timed is built.
    fn target(&self) -> PathBuf {
        self.scratch.join("../bench-release")
    }

    /// A native directory of one chain.
    fn directory(&self, name: &str, revisions: usize) -> Result<PathBuf, Error> {
        self.directory_for(name, revisions, Sql::Postgres)
    }

    /// One for this database.
    fn directory_for(&self, name: &str, revisions: usize, sql: Sql) -> Result<PathBuf, Error> {
        let directory = self.scratch.join(name).join("migrations");
        done(
            "write the corpus",
            corpus::write_native(&directory, revisions, sql),
        )?;
        Ok(directory)
    }
}

fn done<T>(name: &'static str, result: io::Result<T>) -> Result<T, Error> {
    result.map_err(|source| Error::Step {
        name,
        failure: process::Failure::Io {
            program: name.to_owned(),
            source,
        },
    })
}

fn started(name: &'static str, command: &mut Command) -> Result<(), Error> {
    process::run(command).map_err(|failure| Error::Step { name, failure })
}

fn cargo(directory: &Path) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(directory)
        .env_remove("CARGO_TARGET_DIR");
    command
}

fn report(name: &str, ours: &Timed, beside: &str, other: &Timed) {
    println!(
        "{name}: {:.3} s ({:.3}–{:.3}); {beside}: {:.3} s; ratio {:.2}",
        ours.median,
        ours.least,
        ours.most,
        other.median,
        ours.median / other.median
    );
}
