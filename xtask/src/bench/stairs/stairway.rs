//! The peer: the test of a revision at a time that Alembic projects have, known as the stairway. It
//! compares nothing.

use std::process::Command;

use super::server::BenchServer;
use super::{Bench, Program, done, report};
use crate::alembic;
use crate::bench::corpus;
use crate::bench::measure::time;
use crate::error::Error;

pub(super) fn run(
    bench: &Bench<'_>,
    program: &Program<'_>,
    server: &BenchServer,
    stairs: usize,
) -> Result<(), Error> {
    let python = alembic::python_for_tests(bench.workspace)?;
    let project = bench.scratch.join("stairway");
    done("write the corpus", corpus::write_stairway(&project, stairs))?;
    let mut stairway = Command::new(python);
    stairway
        .current_dir(&project)
        .args(["-m", "pytest", "-q", "test_stairway.py"])
        .env_remove("PYTHONDONTWRITEBYTECODE")
        .env(
            "DATABASE_URL",
            server
                .url()
                .replace("postgres://", "postgresql+psycopg://")
                .replace("/postgres?", "/stairway?"),
        );
    // Each run begins with an empty database; the first one makes the bytecode and does not count.
    let empty = || {
        let drop = server.execute("DROP DATABASE IF EXISTS stairway WITH (FORCE)");
        drop.and_then(|()| server.execute("CREATE DATABASE stairway"))
            .map_err(|error| std::io::Error::other(error.to_string()))
    };
    let theirs = done("time the stairway", time(1, &mut stairway, empty))?;
    let directory = bench.directory_for("stairs-postgres-17", stairs, server.sql())?;
    for rows in [0, 3] {
        if rows > 0 && !program.has("--rows") {
            break;
        }
        let mut ours = program.round_trip(&directory, server, rows);
        let ours = done("time round trips", time(3, &mut ours, || Ok(())))?;
        report(
            &format!(
                "round trip, {stairs} revisions, {rows} rows, {}",
                server.image()
            ),
            &ours,
            "pytest's stairway with Alembic",
            &theirs,
        );
    }
    Ok(())
}
