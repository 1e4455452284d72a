//! Times what each of three libraries does where nothing is pending; written out by the bench.

use std::error::Error;
use std::time::{Duration, Instant};

use sqlx::{Connection, Executor, PgConnection};

mod embedded {
    refinery::embed_migrations!("refinery");
}

static MIGCHECK: migcheck::Migrations = migcheck::embed!("migcheck", watch = false);
static SQLX: sqlx::migrate::Migrator = sqlx::migrate!("./sqlx");

const RUNS: usize = 200;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = std::env::args().nth(1).ok_or("no URL")?;
    let (server, options) = server.split_once('?').unwrap_or((&server, ""));
    let url = |peer: &str| format!("{server}{peer}?{options}");

    let mut ours = PgConnection::connect(&url("migcheck")).await?;
    let mut theirs = PgConnection::connect(&url("sqlx")).await?;
    let (mut client, connection) =
        tokio_postgres::connect(&url("refinery"), tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    let migrator = migcheck::Migrator::new(&MIGCHECK)?;
    let runner = embedded::migrations::runner();

    let mut times: [Vec<Duration>; 4] = Default::default();
    // The first round applies everything, and does not count.
    for round in 0..=RUNS {
        let started = Instant::now();
        ours.execute("SELECT 1").await?;
        let floor = started.elapsed();

        let started = Instant::now();
        let report = migrator.upgrade(&mut ours, "head").await?;
        let migcheck = started.elapsed();

        let started = Instant::now();
        SQLX.run(&mut theirs).await?;
        let sqlx = started.elapsed();

        let started = Instant::now();
        let applied = runner.run_async(&mut client).await?;
        let refinery = started.elapsed();

        if round > 0 {
            assert!(report.steps.is_empty() && applied.applied_migrations().is_empty());
            for (times, took) in times.iter_mut().zip([floor, migcheck, sqlx, refinery]) {
                times.push(took);
            }
        }
    }
    let [floor, migcheck, sqlx, refinery] = times.map(median);
    println!("SELECT 1 takes {:.2} ms", floor);
    for (name, took) in [
        ("migcheck", migcheck),
        ("sqlx::migrate!", sqlx),
        ("refinery", refinery),
    ] {
        println!("{name} {took:.2} ms, {:.1} times SELECT 1", took / floor);
    }
    Ok(())
}

/// In milliseconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1000.0
}
