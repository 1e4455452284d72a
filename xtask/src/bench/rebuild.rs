//! A build after one of the embedded files was edited, beside a crate that only includes the same
//! files, and beside sqlx.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::corpus::{self, Project};
use super::measure::{Timed, time};
use super::{Bench, cargo, done, report, started};
use crate::error::Error;

pub(super) fn run(bench: &Bench<'_>, revisions: usize) -> Result<(), Error> {
    let floor = rebuild(bench, "include", &corpus::INCLUDE, revisions)?;
    let ours = rebuild(bench, "embed", &corpus::EMBED, revisions)?;
    let tuned = rebuild(bench, "tuned", &corpus::TUNED, revisions)?;
    let peer = rebuild(bench, "sqlx", &corpus::SQLX, revisions)?;
    let name = format!("rebuild after one edit, {revisions} revisions");
    report(&name, &ours, "include_str! of the same files", &floor);
    let with_profile = format!("{name}, macro optimised");
    report(
        &with_profile,
        &tuned,
        "include_str! of the same files",
        &floor,
    );
    report(&name, &ours, "sqlx::migrate!", &peer);
    Ok(())
}

fn rebuild(
    bench: &Bench<'_>,
    name: &str,
    kind: &Project,
    revisions: usize,
) -> Result<Timed, Error> {
    eprintln!("xtask: building the crate `{name}` of the bench");
    let project: PathBuf = bench.scratch.join(name);
    done(
        "write the bench's crates",
        kind.write(&project, bench.workspace.root(), revisions),
    )?;
    let mut build: Command = cargo(&project);
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
    done("time rebuilds", timed)
}
