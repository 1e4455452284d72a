//! What a graph costs as it grows: instructions, which are the same on a busy machine and an idle one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::{Bench, cargo, done, started};
use crate::error::Error;
use crate::process;

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

/// The steps of the example `graph_cost`, each a function of that name.
const STEPS: [&str; 4] = ["load", "plan", "target", "range"];

/// valgrind makes a program some fifty times slower.
const LIMIT: Duration = Duration::from_secs(30 * 60);

pub(super) fn run(bench: &Bench<'_>, binary: &Path) -> Result<(), Error> {
    let example = build(bench)?;
    let mut before: Option<[u64; 6]> = None;
    for size in SIZES {
        eprintln!("xtask: counting the instructions of {size} revisions");
        let directory = bench.scratch.join(format!("graph-{size}"));
        let mut steps = Command::new(&example);
        steps.args([&size.to_string(), "project"]).arg(&directory);
        let (_, listing) = count(bench, &steps)?;
        let [load, plan, target, range] = STEPS.map(|step| inclusive(&listing, step));
        let drawn = |arguments: &[&str]| {
            let mut command = Command::new(binary);
            command.args(arguments).arg("--directory").arg(&directory);
            Ok::<_, Error>(count(bench, &command)?.0)
        };
        // Both load the graph first, as `heads` does, which has next to nothing else to do.
        let loaded = drawn(&["heads"])?;
        let history = drawn(&["history"])?.saturating_sub(loaded);
        let picture = drawn(&["graph", "--format", "svg"])?.saturating_sub(loaded);
        let counts = [load, plan, target, range, history, picture];
        let names = [
            "load",
            "plan",
            "target",
            "range",
            "history",
            "graph --format svg",
        ];
        for (at, (name, count)) in names.iter().zip(counts).enumerate() {
            let millions = count / 1_000_000;
            match before.map(|before| count as f64 / before[at] as f64) {
                None => println!("{name}, {size} revisions: {millions} million instructions"),
                Some(ratio) => println!(
                    "{name}, {size} revisions: {millions} million instructions; a tenth of them: ratio {ratio:.1}"
                ),
            }
        }
        before = Some(counts);
        done("clean up", fs::remove_dir_all(&directory))?;
    }
    Ok(())
}

fn build(bench: &Bench<'_>) -> Result<PathBuf, Error> {
    let target = bench.scratch.join("../bench-release");
    let mut build = cargo(bench.workspace.root());
    build
        .args(["build", "--quiet", "--release", "-p", "migcheck-core"])
        .args(["--example", "graph_cost", "--target-dir"])
        .arg(&target);
    started("build graph_cost", &mut build)?;
    Ok(target.join("release/examples/graph_cost"))
}

/// The instructions of a whole program, and valgrind's listing of its functions.
fn count(bench: &Bench<'_>, command: &Command) -> Result<(u64, String), Error> {
    let failed = |failure| Error::Step {
        name: "count instructions with valgrind",
        failure,
    };
    let profile = bench.scratch.join("callgrind.out");
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--quiet", "--tool=callgrind"])
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(command.get_program())
        .args(command.get_args());
    process::output(&mut valgrind, LIMIT).map_err(failed)?;
    let mut annotate = Command::new("callgrind_annotate");
    annotate
        .args(["--inclusive=yes", "--threshold=100"])
        .arg(&profile);
    let listing = process::output(&mut annotate, LIMIT).map_err(failed)?;
    let total = listing.lines().find(|line| line.contains("PROGRAM TOTALS"));
    Ok((total.map_or(0, number), listing))
}

/// The instructions of a function of the example, with those of all that it calls.
fn inclusive(listing: &str, function: &str) -> u64 {
    let name = format!(":graph_cost::{function} ");
    let line = listing.lines().find(|line| line.contains(&name));
    line.map_or(0, number)
}

/// The number that a line of the listing begins with: `1,234 (5.6%) …`.
fn number(line: &str) -> u64 {
    let first = line.split_whitespace().next().unwrap_or_default();
    first.replace(',', "").parse().unwrap_or(0)
}
