//! Brings its database up to date, and says what it did.
//!
//! `DATABASE_URL` names the database; without it there is a SQLite database in memory.

use std::error::Error;

use migcheck::Migrator;
use migcheck::db::{ConnectOptions, DatabaseUrl, connect_with};
use rag_service::MIGRATIONS;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite::memory:".to_owned());
    let url: DatabaseUrl = url.parse()?;
    let options = ConnectOptions::default().create_if_missing(true);
    let mut database = connect_with(&url, &options).await?;
    let report = Migrator::new(&MIGRATIONS)?
        .upgrade(&mut *database, "head")
        .await?;
    for step in &report.steps {
        println!("applied {} in {:?}", step.revision, step.took);
    }
    println!("{url} is at {}", report.current.join(", "));
    Ok(())
}
