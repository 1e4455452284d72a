//! Round trips, beside the bare statements in one session of the server's own client, beside the
//! tests of Alembic projects, and at several sizes. All of it on one server that runs already.

mod client;
pub(super) mod server;
mod stairway;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::corpus::Sql;
use super::measure::{Timed, compare, time, time_and_memory};
use super::{Bench, done, report};
use crate::error::Error;
use crate::{docker, images, process};
use server::{BenchServer, Durability};

const STAIRS: usize = 200;

/// Many enough that what begins and ends a run does not count.
const MANY: usize = 1_000;
const MOST: usize = 5_000;

pub(super) const POSTGRES: &str = "postgres:17";
pub(super) const MYSQL: &str = "mysql:9.7";
pub(super) const MARIADB: &str = "mariadb:10.11";

pub(super) fn run(bench: &Bench<'_>, binary: &Path) -> Result<(), Error> {
    docker::ensure_engine(bench.workspace)?;
    let program = Program::of(binary);
    for image in [POSTGRES, MYSQL] {
        images::ensure(bench.workspace, image, false)?;
        let server = BenchServer::start(bench, image, Durability::Passing)?;
        beside_bare_statements(bench, &program, &server)?;
        if image == POSTGRES {
            stairway::run(bench, &program, &server, STAIRS)?;
            workers(bench, &program, &server)?;
            sizes(bench, &program, &server)?;
        }
    }
    Ok(())
}

/// What is timed.
struct Program<'a> {
    binary: &'a Path,
    /// Its help, which says which options it has.
    help: String,
}

impl<'a> Program<'a> {
    fn of(binary: &'a Path) -> Self {
        let mut help = Command::new(binary);
        help.args(["roundtrip", "--help"]);
        let help = process::output(&mut help, Duration::from_secs(5));
        Self {
            binary,
            help: help.unwrap_or_default(),
        }
    }

    fn has(&self, option: &str) -> bool {
        self.help.contains(option)
    }

    /// A round trip with so many rows a table.
    fn round_trip(&self, directory: &Path, server: &BenchServer, rows: usize) -> Command {
        let mut run = Command::new(self.binary);
        run.args(["roundtrip", "--quiet", "--on", &server.url()]);
        if self.has("--rows") {
            run.args(["--rows", &rows.to_string()]);
        }
        run.arg("--directory").arg(directory);
        run
    }
}

fn beside_bare_statements(
    bench: &Bench<'_>,
    program: &Program<'_>,
    server: &BenchServer,
) -> Result<(), Error> {
    let sql = server.sql();
    let name = format!("stairs-{}", server.image().replace(':', "-"));
    let directory = bench.directory_for(&name, STAIRS, sql)?;
    let mut floor = client::bare_statements(bench, server, STAIRS)?;
    for rows in [0, 3] {
        if rows > 0 && !program.has("--rows") {
            break;
        }
        let mut ours = program.round_trip(&directory, server, rows);
        let figures = compare(5, &mut ours, &mut floor.command);
        let (ours, bare) = done("time round trips", figures)?;
        report(
            &format!(
                "round trip, {STAIRS} revisions, {rows} rows, {}",
                server.image()
            ),
            &ours,
            floor.name,
            &bare.less(floor.overhead),
        );
    }
    Ok(())
}

fn workers(bench: &Bench<'_>, program: &Program<'_>, server: &BenchServer) -> Result<(), Error> {
    if !program.has("--workers") {
        return Ok(());
    }
    let directory = bench.directory_for("stairs-many", MANY, Sql::Postgres)?;
    let with = |workers: &str| {
        let mut run = program.round_trip(&directory, server, 0);
        run.args(["--workers", workers]);
        run
    };
    let figures = compare(3, &mut with("1"), &mut with("2"));
    let (one, two) = done("time round trips", figures)?;
    let name = format!("round trip, {MANY} revisions, one worker");
    report(&name, &one, "two workers", &two);
    Ok(())
}

fn sizes(bench: &Bench<'_>, program: &Program<'_>, server: &BenchServer) -> Result<(), Error> {
    let mut a_stair = Vec::new();
    for revisions in [MANY, MOST] {
        let directory = bench.directory_for("stairs-many", revisions, Sql::Postgres)?;
        let mut run = program.round_trip(&directory, server, 0);
        if program.has("--workers") {
            run.args(["--workers", "1"]);
        }
        // The server reads its files into memory.
        done("time round trips", time(1, &mut run, || Ok(())))?;
        let (seconds, kilobytes) = done("time round trips", time_and_memory(&mut run))?;
        let each = seconds * 1_000.0 / revisions as f64;
        println!(
            "round trip, {revisions} revisions, no rows: {seconds:.2} s, {each:.2} ms a stair, {} MB",
            kilobytes / 1024
        );
        a_stair.push(Timed::of(each));
    }
    if let [many, most] = a_stair.as_slice() {
        println!(
            "a stair of {MOST} beside one of {MANY}: ratio {:.2}",
            most.median / many.median
        );
    }
    Ok(())
}
