//! `check`: beside hashing the same files, beside Alembic, and at ten times the size.

use std::path::Path;
use std::process::Command;

use super::measure::{compare, peak_memory};
use super::{Bench, corpus, done, report};
use crate::alembic;
use crate::error::Error;

/// What costs no more than in proportion grows by as much as this; a little is for caches.
const GROWTH: usize = 10;

pub(super) fn run(bench: &Bench<'_>, binary: &Path, revisions: usize) -> Result<(), Error> {
    let directory = bench.directory("check", revisions)?;
    let mut sums = Command::new("sh");
    sums.current_dir(&directory)
        // More names than a command line can hold.
        .args(["-c", "find . -name '*.sql' | xargs sha256sum"]);
    let name = format!("check, {revisions} revisions");
    let figures = compare(9, &mut check(binary, &directory), &mut sums);
    let (ours, floor) = done("time check", figures)?;
    report(&name, &ours, "sha256sum of the same files", &floor);

    let python = alembic::python(bench.workspace)?;
    let project = bench.scratch.join("alembic");
    done(
        "write the corpus",
        corpus::write_alembic(&project, revisions),
    )?;
    let mut heads = Command::new(python);
    heads
        .current_dir(&project)
        .args(["-m", "alembic", "heads"])
        // The second run finds the bytecode of the first.
        .env_remove("PYTHONDONTWRITEBYTECODE");
    let figures = compare(5, &mut check(binary, &directory), &mut heads);
    let (ours, peer) = done("time alembic", figures)?;
    report(&name, &ours, "alembic heads of the same graph", &peer);

    let large = bench.directory("check-large", revisions * GROWTH)?;
    let figures = compare(
        5,
        &mut check(binary, &large),
        &mut check(binary, &directory),
    );
    let (more, fewer) = done("time check", figures)?;
    let name = format!("check, {} revisions", revisions * GROWTH);
    report(&name, &more, &format!("{revisions} revisions"), &fewer);
    let more = done("measure check", peak_memory(&mut check(binary, &large)))?;
    let fewer = done("measure check", peak_memory(&mut check(binary, &directory)))?;
    println!(
        "{name}: {} MB; {revisions} revisions: {} MB; ratio {:.2}",
        more / 1024,
        fewer / 1024,
        more as f64 / fewer as f64
    );
    Ok(())
}

fn check(binary: &Path, directory: &Path) -> Command {
    let mut check = Command::new(binary);
    check
        .args(["check", "--quiet", "--directory"])
        .arg(directory);
    check
}
