//! The same without the macro: reads a migration directory when it runs, and migrates a database.
//!
//!     cargo run --bin migrate -- examples/note-service/migrations sqlite:notes.db
//!
//! A directory with mistakes in it is refused with all of them, before the database is looked at.

use std::error::Error;
use std::process::ExitCode;

use migcheck::db::{ConnectOptions, DatabaseUrl, connect_with};
use migcheck::{Migrator, RevisionGraph};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [directory, url] = arguments.as_slice() else {
        eprintln!("usage: migrate DIRECTORY DATABASE_URL");
        return ExitCode::from(2);
    };
    match migrate(directory, url).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn migrate(directory: &str, url: &str) -> Result<(), Box<dyn Error>> {
    let graph = RevisionGraph::load(directory)?;
    let url: DatabaseUrl = url.parse()?;
    let options = ConnectOptions::default().create_if_missing(true);
    let mut database = connect_with(&url, &options).await?;
    let report = Migrator::new(&graph)?
        .upgrade(&mut *database, "head")
        .await?;
    for step in &report.steps {
        println!("applied {} in {:?}", step.revision, step.took);
    }
    println!("{url} is at {}", report.current.join(", "));
    Ok(())
}
