//! What a program that has nothing to migrate pays when it starts, beside sqlx and refinery: each
//! embeds the same migrations and asks the same server, in one program.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::corpus::{self, Sql};
use super::stairs::POSTGRES;
use super::stairs::server::{BenchServer, Durability};
use super::{Bench, cargo, done, started};
use crate::error::Error;
use crate::{docker, images, process};

const REVISIONS: usize = 200;

const MANIFEST: &str = r#"[package]
name = "nothing"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
migcheck = { path = "ROOT", features = ["postgres"] }
refinery = { version = "0.10", default-features = false, features = ["tokio-postgres", "toml"] }
sqlx = { version = "0.9", default-features = false, features = ["macros", "migrate", "postgres", "runtime-tokio"] }
tokio = { version = "1", features = ["rt", "macros", "time"] }
tokio-postgres = "0.7"
"#;

pub(super) fn run(bench: &Bench<'_>) -> Result<(), Error> {
    docker::ensure_engine(bench.workspace)?;
    images::ensure(bench.workspace, POSTGRES, false)?;
    let server = BenchServer::start(bench, POSTGRES, Durability::Durable)?;
    let project = bench.scratch.join("nothing");
    done(
        "write the bench's crates",
        write(&project, bench.workspace.root()),
    )?;
    eprintln!("xtask: building the crate `nothing` of the bench");
    let target = bench.scratch.join("../bench-nothing");
    let mut build = cargo(&project);
    build
        .args(["build", "--quiet", "--release", "--target-dir"])
        .arg(&target);
    started("build the bench's crates", &mut build)?;
    for peer in ["migcheck", "sqlx", "refinery"] {
        server.create(peer)?;
    }
    let mut program = Command::new(target.join("release/nothing"));
    program.arg(server.url_of(""));
    let figures = process::output(&mut program, Duration::from_secs(120));
    let figures = figures.map_err(|failure| Error::Step {
        name: "time starts without a pending revision",
        failure,
    })?;
    for line in figures.lines() {
        println!("nothing to do, {REVISIONS} revisions applied, {POSTGRES}: {line}");
    }
    Ok(())
}

/// The crate, and the same migrations as each of the three wants them.
fn write(project: &Path, root: &Path) -> io::Result<()> {
    fs::create_dir_all(project.join("src"))?;
    let manifest = MANIFEST.replace("ROOT", &root.to_string_lossy());
    fs::write(project.join("Cargo.toml"), manifest)?;
    fs::write(project.join("src/main.rs"), include_str!("nothing/main.rs"))?;
    corpus::write_native(&project.join("migcheck"), REVISIONS, Sql::Postgres)?;
    for peer in ["sqlx", "refinery"] {
        fs::create_dir_all(project.join(peer))?;
    }
    for revision in 1..=REVISIONS {
        let up = Sql::Postgres.up(revision);
        let sqlx = format!("sqlx/{revision:05}_change.sql");
        fs::write(project.join(sqlx), &up)?;
        let refinery = format!("refinery/V{revision}__change.sql");
        fs::write(project.join(refinery), &up)?;
    }
    Ok(())
}
