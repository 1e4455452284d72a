//! What many small pending revisions cost beside their bare statements, in transactions and one
//! session: `cargo run --release --example pending_cost -- URL [REVISIONS]`.
//!
//! The database has to be an empty one; what is made is left there.

use std::time::{Duration, Instant};

use migcheck_core::RevisionGraph;
use migcheck_db::{DatabaseUrl, Migrator, Session, connect};

type Failure = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let url: DatabaseUrl = arguments.next().ok_or("no URL")?.parse()?;
    let count: usize = arguments.next().map_or(Ok(1000), |count| count.parse())?;
    for round in 0..3 {
        let directory = tempfile::tempdir()?;
        let config = "layout = \"native\"\n[naming]\nfile = \"{seq}_{slug}\"\n";
        std::fs::write(directory.path().join("migcheck.toml"), config)?;
        let mut parent = "base".to_owned();
        for number in 1..=count {
            let up = format!(
                "-- migcheck: revises = \"{parent}\"\n{}",
                create("r", round, number)
            );
            let down = format!("DROP TABLE r{round}_{number};\n");
            let file = |way| directory.path().join(format!("{number:05}_t.{way}.sql"));
            std::fs::write(file("up"), up)?;
            std::fs::write(file("down"), down)?;
            parent = format!("{number:05}");
        }
        let graph = RevisionGraph::load(directory.path()).map_err(|error| error.to_string())?;
        let mut session = connect(&url).await?;
        let bare = bare(&mut *session, round, count).await?;
        let migrator = Migrator::new(graph)?;
        migrator.stamp(&mut *session, "base", true).await?;
        let started = Instant::now();
        migrator.upgrade(&mut *session, "head").await?;
        let recorded = started.elapsed();
        let started = Instant::now();
        migrator.upgrade(&mut *session, "head").await?;
        println!(
            "bare {bare:?}, upgrade {recorded:?}: {:.2}; nothing to do {:?}",
            recorded.as_secs_f64() / bare.as_secs_f64(),
            started.elapsed()
        );
    }
    Ok(())
}

fn create(prefix: &str, round: usize, number: usize) -> String {
    format!(
        "CREATE TABLE {prefix}{round}_{number} (id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL);"
    )
}

async fn bare(session: &mut dyn Session, round: usize, count: usize) -> Result<Duration, Failure> {
    let started = Instant::now();
    for number in 1..=count {
        session.execute("BEGIN").await?;
        session.execute(&create("b", round, number)).await?;
        session.execute("COMMIT").await?;
    }
    Ok(started.elapsed())
}
