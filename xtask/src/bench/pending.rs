//! Upgrades of many pending revisions, beside their bare statements in transactions. One program
//! sends both by one session, so that neither takes a shorter way to the server.

use std::time::Duration;

use super::stairs::server::{BenchServer, Durability};
use super::stairs::{MARIADB, MYSQL, POSTGRES};
use super::{Bench, cargo};
use crate::error::Error;
use crate::{docker, images, process};

/// Many small ones.
const REVISIONS: usize = 1_000;

const DATABASE: &str = "pending";

pub(super) fn run(bench: &Bench<'_>) -> Result<(), Error> {
    let file = bench.scratch.join("pending.sqlite");
    upgrade(
        bench,
        &format!("sqlite://{}?mode=rwc", file.display()),
        "SQLite",
    )?;
    docker::ensure_engine(bench.workspace)?;
    for image in [POSTGRES, MYSQL, MARIADB] {
        images::ensure(bench.workspace, image, false)?;
        let server = BenchServer::start(bench, image, Durability::Durable)?;
        server.create(DATABASE)?;
        upgrade(bench, &server.url_of(DATABASE), image)?;
    }
    Ok(())
}

fn upgrade(bench: &Bench<'_>, url: &str, database: &str) -> Result<(), Error> {
    let mut program = cargo(bench.workspace.root());
    program
        .args(["run", "--quiet", "--release", "-p", "migcheck-db"])
        .args(["--example", "pending_cost", "--target-dir"])
        .arg(bench.target())
        .args(["--", url, &REVISIONS.to_string()]);
    let figures = process::output(&mut program, Duration::from_secs(900));
    let figures = figures.map_err(|failure| Error::Step {
        name: "time pending revisions",
        failure,
    })?;
    println!(
        "upgrade, {REVISIONS} revisions pending, {database}: {}",
        figures.trim()
    );
    Ok(())
}
