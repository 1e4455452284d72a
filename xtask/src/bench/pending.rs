//! Upgrades of many pending revisions, beside their bare statements in one session of the server's
//! own client, each script in a transaction; and an upgrade that has nothing to do.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use super::measure::time;
use super::stairs::client::by_client;
use super::stairs::server::BenchServer;
use super::stairs::{MYSQL, POSTGRES};
use super::{Bench, done, report};
use crate::error::Error;
use crate::{docker, images};

/// Many small ones.
const REVISIONS: usize = 1_000;

const DATABASE: &str = "pending";

const RUNS: usize = 5;

pub(super) fn run(bench: &Bench<'_>, binary: &Path) -> Result<(), Error> {
    docker::ensure_engine(bench.workspace)?;
    for image in [POSTGRES, MYSQL] {
        images::ensure(bench.workspace, image, false)?;
        let server = BenchServer::start(bench, image)?;
        upgrades(bench, binary, &server)?;
    }
    Ok(())
}

fn upgrades(bench: &Bench<'_>, binary: &Path, server: &BenchServer) -> Result<(), Error> {
    let sql = server.sql();
    let name = format!("pending-{}", server.image().replace(':', "-"));
    let directory = bench.directory_for(&name, REVISIONS, sql)?;
    let empty = || {
        let made = server.create(DATABASE);
        made.map_err(|error| std::io::Error::other(error.to_string()))
    };
    let mut text = String::new();
    for revision in 1..=REVISIONS {
        let _infallible = write!(text, "BEGIN;\n{}COMMIT;\n", sql.up(revision));
    }
    let mut floor = by_client(bench, server, DATABASE, &text)?;
    let bare = done(
        "time bare statements",
        time(RUNS, &mut floor.command, empty),
    )?;
    let mut upgrade = Command::new(binary);
    upgrade
        .args([
            "upgrade",
            "--quiet",
            "--database-url",
            &server.url_of(DATABASE),
            "--directory",
        ])
        .arg(&directory);
    let ours = done("time upgrades", time(RUNS, &mut upgrade, empty))?;
    report(
        &format!("upgrade, {REVISIONS} revisions pending, {}", server.image()),
        &ours,
        floor.name,
        &bare.less(floor.overhead),
    );
    let nothing = done("time upgrades", time(RUNS, &mut upgrade, || Ok(())))?;
    println!(
        "upgrade, {REVISIONS} revisions applied, {}: {:.3} s ({:.3}–{:.3}), reading the directory and connecting included",
        server.image(),
        nothing.median,
        nothing.least,
        nothing.most
    );
    Ok(())
}
