//! A web service that migrates its database when it starts.
//!
//! It listens at once, so that an orchestrator sees it live (`/health`), and says that it is ready
//! (`/ready`) when its database has the schema that it was compiled with, or that of a newer release,
//! which may come first while both run. `DATABASE_URL` names the
//! database, `sqlite:notes.db?mode=rwc` without it; `ADDRESS` is where to listen.

mod database;

use std::error::Error;
use std::process::ExitCode;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use database::{Database, Note};
use tokio::net::TcpListener;

/// What an error answers with.
type Refused = (StatusCode, String);

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        // What `main` returns would be printed for a programmer, and not as a sentence.
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let url = std::env::var("DATABASE_URL");
    let url = url.unwrap_or_else(|_| "sqlite:notes.db?mode=rwc".to_owned());
    let address = std::env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());

    let database = Database::connect(&url).await?;
    let routes = Router::new()
        .route("/health", get(async || "alive\n"))
        .route("/ready", get(ready))
        .route("/notes", get(notes).post(add))
        .with_state(database.clone());
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);

    // Both run until one of them fails; the service itself never ends well by itself.
    let serve = async { Ok(axum::serve(listener, routes).await?) };
    tokio::try_join!(serve, migrate(&database)).map(drop)
}

async fn migrate(database: &Database) -> Result<(), Box<dyn Error>> {
    let report = database.migrate().await?;
    for step in &report.steps {
        println!("applied {} in {:?}", step.revision, step.took);
    }
    println!("the schema is at {}", report.current.join(", "));
    Ok(())
}

async fn ready(State(database): State<Database>) -> Result<&'static str, Refused> {
    match database.verify().await {
        Ok(()) => Ok("ready\n"),
        Err(error) => Err((StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n"))),
    }
}

async fn notes(State(database): State<Database>) -> Result<Json<Vec<Note>>, Refused> {
    database.notes().await.map(Json).map_err(refused)
}

async fn add(State(database): State<Database>, text: String) -> Result<StatusCode, Refused> {
    database.add(&text).await.map_err(refused)?;
    Ok(StatusCode::CREATED)
}

fn refused(error: sqlx::Error) -> Refused {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n"))
}
