//! Speed, as ratios against a floor or a peer that is timed in the same run: absolute times say more
//! about the machine than about the program.

mod corpus;
mod measure;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::workspace::Workspace;
use crate::{docker, images, process};
use measure::{Timed, compare, time};

/// How many revisions a bench is made with, unless told otherwise.
pub(crate) const REVISIONS: usize = 1_000;
const STAIRS: usize = 200;
const STAIR_SERVER: &str = "postgres:17";

/// Runs every bench and prints one line a figure.
pub(crate) fn run(workspace: &Workspace, revisions: usize) -> Result<(), Error> {
    let bench = Bench {
        workspace,
        scratch: workspace.scratch().join("bench"),
    };
    if bench.scratch.exists() {
        done("clean up", fs::remove_dir_all(&bench.scratch))?;
    }
    let binary = bench.binary()?;
    bench.check(&binary, revisions)?;
    bench.rebuild(revisions)?;
    bench.stairs(&binary)
}

struct Bench<'a> {
    workspace: &'a Workspace,
    scratch: PathBuf,
}

impl Bench<'_> {
    fn binary(&self) -> Result<PathBuf, Error> {
        eprintln!("xtask: building cargo-migcheck in release mode");
        let mut build = cargo(self.workspace.root());
        build.args([
            "build",
            "--quiet",
            "--release",
            "-p",
            "cargo-migcheck",
            "--target-dir",
        ]);
        build.arg(self.scratch.join("../bench-release"));
        started("build cargo-migcheck", &mut build)?;
        Ok(self.scratch.join("../bench-release/release/cargo-migcheck"))
    }

    /// `check`, beside hashing the same files.
    fn check(&self, binary: &Path, revisions: usize) -> Result<(), Error> {
        let directory = self.directory("check", revisions)?;
        let mut check = Command::new(binary);
        check
            .args(["check", "--quiet", "--directory"])
            .arg(&directory);
        let mut sums = Command::new("sh");
        sums.current_dir(&directory)
            .args(["-c", "exec sha256sum *.sql"]);
        let figures = compare(9, &mut check, &mut sums);
        let (ours, floor) = done("time check", figures)?;
        report(
            &format!("check, {revisions} revisions"),
            &ours,
            "sha256sum of the same files",
            &floor,
        );
        Ok(())
    }

    /// A build after one of the embedded files was edited, beside a crate that only includes the
    /// same files, and beside sqlx.
    fn rebuild(&self, revisions: usize) -> Result<(), Error> {
        let ours = self.project("embed", revisions, corpus::EMBED)?;
        let floor = self.project("include", revisions, corpus::INCLUDE)?;
        let peer = self.project("sqlx", revisions, corpus::SQLX)?;
        let mut figures = Vec::new();
        for project in [&ours, &floor, &peer] {
            let mut build = cargo(project);
            build
                .args(["build", "--quiet", "--target-dir"])
                .arg(project.join("target"));
            started("build the bench's crates", &mut build)?;
            let edited = project
                .join("migrations")
                .join(corpus::up_name(revisions / 2));
            let mut edits = 0;
            let timed = time(5, &mut build, || {
                edits += 1;
                let text = fs::read_to_string(&edited)?;
                fs::write(&edited, format!("{text}-- edit {edits}\n"))
            });
            figures.push(done("time rebuilds", timed)?);
        }
        if let [ours, floor, peer] = figures.as_slice() {
            let name = format!("rebuild after one edit, {revisions} revisions");
            report(&name, ours, "include_str! of the same files", floor);
            report(&name, ours, "sqlx::migrate!", peer);
        }
        Ok(())
    }

    /// Seconds a stair on Postgres, starts and stops of the server included.
    fn stairs(&self, binary: &Path) -> Result<(), Error> {
        docker::ensure_engine(self.workspace)?;
        images::ensure(self.workspace, STAIR_SERVER, false)?;
        let directory = self.directory("stairs", STAIRS)?;
        let mut run = Command::new(binary);
        run.args(["roundtrip", "--quiet", "--on", STAIR_SERVER, "--directory"])
            .arg(&directory);
        let timed = time(3, &mut run, || Ok(()));
        let timed = done("time round trips", timed)?;
        println!(
            "round trip, {STAIRS} revisions on {STAIR_SERVER}: {:.2} s, {:.1} ms a stair",
            timed.median,
            timed.median * 1_000.0 / STAIRS as f64
        );
        Ok(())
    }

    fn directory(&self, name: &str, revisions: usize) -> Result<PathBuf, Error> {
        let directory = self.scratch.join(name).join("migrations");
        done(
            "write the corpus",
            corpus::write_native(&directory, revisions),
        )?;
        Ok(directory)
    }

    fn project(
        &self,
        name: &str,
        revisions: usize,
        kind: corpus::Project,
    ) -> Result<PathBuf, Error> {
        let project = self.scratch.join(name);
        done(
            "write the bench's crates",
            kind.write(&project, self.workspace.root(), revisions),
        )?;
        Ok(project)
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
