//! What many small pending revisions cost beside their bare statements in transactions, both sent by
//! one session of one program: `cargo run --release -p migcheck-db --example pending_cost -- URL [REVISIONS]`.
//!
//! The database has to be an empty one, and is empty again in the end but for its history table.

use std::path::Path;
use std::time::{Duration, Instant};

use migcheck_core::RevisionGraph;
use migcheck_db::{DatabaseUrl, Migrator, Session, connect};

type Failure = Box<dyn std::error::Error>;

/// Both are timed so often, in turn, after a round that does not count.
const ROUNDS: usize = 3;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let url: DatabaseUrl = arguments.next().ok_or("no URL")?.parse()?;
    let count: usize = arguments.next().map_or(Ok(1000), |count| count.parse())?;
    let directory = tempfile::tempdir()?;
    write(directory.path(), count)?;
    let graph = RevisionGraph::load(directory.path()).map_err(|error| error.to_string())?;
    let migrator = Migrator::new(graph)?;
    let mut session = connect(&url).await?;
    let (mut floors, mut upgrades, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let floor = bare(&mut *session, count).await?;
        empty(&mut *session, count).await?;
        let started = Instant::now();
        migrator.upgrade(&mut *session, "head").await?;
        let upgrade = started.elapsed();
        empty(&mut *session, count).await?;
        migrator.stamp(&mut *session, "base", true).await?;
        if round > 0 {
            ratios.push(upgrade.as_secs_f64() / floor.as_secs_f64());
            floors.push(floor.as_secs_f64());
            upgrades.push(upgrade.as_secs_f64());
        }
    }
    let (ours, floor, ratio) = (median(upgrades), median(floors), median(ratios.clone()));
    let (least, most) = ratios
        .iter()
        .fold((f64::MAX, f64::MIN), |(least, most), one| {
            (least.min(*one), most.max(*one))
        });
    println!("{ours:.3} s; bare statements: {floor:.3} s; ratio {ratio:.2} ({least:.2}–{most:.2})");
    Ok(())
}

/// A chain of revisions, each of a table and its index.
fn write(directory: &Path, count: usize) -> std::io::Result<()> {
    let config = "layout = \"native\"\n[naming]\nfile = \"{seq}_{slug}\"\n";
    std::fs::write(directory.join("migcheck.toml"), config)?;
    let mut parent = "base".to_owned();
    for number in 1..=count {
        let [table, index] = script(number);
        let up = format!("-- migcheck: revises = \"{parent}\"\n{table};\n{index};\n");
        let down = format!("{};\n", drop_table(number));
        for (way, text) in [("up", up), ("down", down)] {
            std::fs::write(directory.join(format!("{number:05}_t.{way}.sql")), text)?;
        }
        parent = format!("{number:05}");
    }
    Ok(())
}

fn script(number: usize) -> [String; 2] {
    [
        format!(
            "CREATE TABLE t{number} (id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL, \
             made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)"
        ),
        format!("CREATE INDEX t{number}_name ON t{number} (name)"),
    ]
}

fn drop_table(number: usize) -> String {
    format!("DROP TABLE t{number}")
}

async fn bare(session: &mut dyn Session, count: usize) -> Result<Duration, Failure> {
    let started = Instant::now();
    for number in 1..=count {
        session.execute("BEGIN").await?;
        for statement in script(number) {
            session.execute(&statement).await?;
        }
        session.execute("COMMIT").await?;
    }
    Ok(started.elapsed())
}

async fn empty(session: &mut dyn Session, count: usize) -> Result<(), Failure> {
    for number in 1..=count {
        session.execute(&drop_table(number)).await?;
    }
    Ok(())
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
