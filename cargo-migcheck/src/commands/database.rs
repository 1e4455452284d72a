//! Which database is meant, and a session in it.

use std::future::Future;

use clap::Args;
use migcheck_core::{Config, Dialect, Direction, RevisionGraph, nearest};
use migcheck_db::{
    ConnectError, ConnectErrorKind, ConnectOptions, DatabaseUrl, MigrateError, Migrator, Report,
    Session, connect_with,
};
use serde::Serialize;

use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{DIM, Format, Line, counted, painted};

/// A database is touched only if the command line names it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Database")]
pub(crate) struct DatabaseArgs {
    /// The database: `postgres://…`, `mysql://…`, `sqlite:FILE`
    #[arg(long, value_name = "URL", conflicts_with = "env")]
    database_url: Option<String>,
    /// The environment of migcheck.toml whose variable holds the URL
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
}

impl DatabaseArgs {
    /// Whether the command line names one.
    pub(crate) fn is_named(&self) -> bool {
        self.database_url.is_some() || self.env.is_some()
    }

    /// The URL that is meant.
    pub(crate) fn url(&self, config: &Config) -> Result<DatabaseUrl, CommandError> {
        let (text, source) = match (&self.database_url, &self.env) {
            (Some(url), _) => (url.clone(), "--database-url".to_owned()),
            (None, Some(name)) => from_environment(config, name)?,
            (None, None) => return Err(without_database(config)),
        };
        text.parse()
            .map_err(|error| CommandError::usage(format!("{source}: {error}")))
    }
}

fn from_environment(config: &Config, name: &str) -> Result<(String, String), CommandError> {
    let Some(environment) = config.environments.get(name) else {
        let error = CommandError::usage(format!("no environment is called `{name}`"));
        let names = || config.environments.keys().map(String::as_str);
        return Err(match nearest(name, names()) {
            Some(near) => error.hinted(format!("did you mean `{near}`?")),
            None => error.hinted(format!(
                "migcheck.toml names environments so:\n[environments.{name}]\nurl-env = \"DATABASE_URL\""
            )),
        });
    };
    let variable = &environment.url_env;
    match std::env::var(variable) {
        Ok(url) if !url.is_empty() => Ok((url, variable.clone())),
        _ => Err(CommandError::usage(format!(
            "the environment `{name}` takes its URL from ${variable}, which is not set"
        ))
        .hinted(format!("set {variable} to the database's URL"))),
    }
}

fn without_database(config: &Config) -> CommandError {
    let error = CommandError::usage("which database?").hinted("name it with `--database-url URL`");
    let names: Vec<&str> = config.environments.keys().map(String::as_str).collect();
    if names.is_empty() {
        error
    } else {
        error.hinted(format!("or with `--env NAME`: {}", names.join(", ")))
    }
}

/// Opens a session; `create` makes a SQLite file that is not there.
pub(crate) async fn open(
    url: &DatabaseUrl,
    create: bool,
) -> Result<Box<dyn Session>, CommandError> {
    let options = ConnectOptions::default().create_if_missing(create);
    let opened = connect_with(url, &options).await;
    opened.map_err(|error| unreachable(error, url.dialect(), create))
}

/// Why a database cannot be opened; `create` tells whether a missing file would have been made.
pub(crate) fn unreachable(error: ConnectError, dialect: Dialect, create: bool) -> CommandError {
    let is_new_file =
        dialect == Dialect::Sqlite && error.kind() == ConnectErrorKind::UnknownDatabase && !create;
    let error = CommandError::from(error);
    if is_new_file {
        error.hinted("`upgrade --create` makes the file")
    } else {
        error
    }
}

/// Runs a future to its end.
pub(crate) fn block_on<T>(
    future: impl Future<Output = Result<T, CommandError>>,
) -> Result<T, CommandError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::unavailable(format!("cannot start a runtime: {error}")))?
        .block_on(future)
}

/// What `upgrade` and `downgrade` answer.
#[derive(Debug, Serialize)]
struct RunAnswer<'a> {
    database: String,
    steps: Vec<JsonStep<'a>>,
    current: &'a [String],
}

#[derive(Debug, Serialize)]
pub(crate) struct JsonStep<'a> {
    revision: &'a str,
    direction: &'static str,
    milliseconds: u128,
}

/// The steps of a report, for a program.
pub(crate) fn json_steps(report: &Report) -> Vec<JsonStep<'_>> {
    let steps = report.steps.iter().map(|step| JsonStep {
        revision: &step.revision,
        direction: step.direction.name(),
        milliseconds: step.took.as_millis(),
    });
    steps.collect()
}

/// What a run shall do.
pub(crate) struct Run<'a> {
    pub(crate) database: &'a DatabaseArgs,
    pub(crate) direction: Direction,
    pub(crate) target: &'a str,
    pub(crate) create: bool,
    pub(crate) format: Format,
}

/// Runs scripts on the database that is named, and says what was done.
pub(crate) fn run(context: &Context, run: &Run<'_>) -> Result<Exit, CommandError> {
    let directory = context.selection.directory()?;
    let (checked, graph) = directory.load_sound()?;
    let url = run.database.url(&checked.config)?;
    let migrator = Migrator::new(&graph)?;
    let report = block_on(async {
        let mut session = open(&url, run.create).await?;
        let done = match run.direction {
            Direction::Up => migrator.upgrade(&mut *session, run.target).await,
            Direction::Down => migrator.downgrade(&mut *session, run.target).await,
        };
        match done {
            Ok(report) => Ok(report),
            Err(error) => Err(stopped(&migrator, &mut *session, error).await),
        }
    })?;
    match run.format {
        Format::Human => print(context, &graph, &url, &report),
        Format::Json => context.terminal.json(&Answer::new(RunAnswer {
            database: url.to_string(),
            steps: json_steps(&report),
            current: &report.current,
        })),
    }
    Ok(Exit::Success)
}

/// An error that says what is applied now: what was finished before it stays.
async fn stopped(
    migrator: &Migrator,
    session: &mut dyn Session,
    error: MigrateError,
) -> CommandError {
    let failed_midway = matches!(error, MigrateError::Script(_));
    let error = CommandError::from(error);
    if !failed_midway {
        return error;
    }
    match migrator.current(session).await {
        Ok(current) => error.hinted(format!("the database is at {}", place(&current))),
        Err(_) => error,
    }
}

/// Where a database is.
pub(crate) fn place(current: &[String]) -> String {
    if current.is_empty() {
        "base".to_owned()
    } else {
        current.join(", ")
    }
}

fn print(context: &Context, graph: &RevisionGraph, url: &DatabaseUrl, report: &Report) {
    let terminal = &context.terminal;
    let lines: Vec<(&str, Line, String)> = report
        .steps
        .iter()
        .filter_map(|step| {
            let revision = graph.get(graph.position(&step.revision)?)?;
            let took = format!("{} ms", step.took.as_millis());
            Some((step.direction.name(), Line::bare(revision), took))
        })
        .collect();
    let id_width = lines.iter().map(|(_, line, _)| line.id_width()).max();
    let took_width = lines.iter().map(|(.., took)| took.len()).max().unwrap_or(0);
    let room = terminal
        .columns()
        .map(|columns| columns.saturating_sub(8 + took_width));
    for (direction, line, took) in &lines {
        let direction = painted(DIM, format_args!("{direction:<4}"));
        let took = painted(DIM, format_args!("{took:>took_width$}"));
        let line = line.render(id_width.unwrap_or(0), room);
        terminal.print(format_args!("{direction}  {took}  {line}\n"));
    }
    let steps = match report.steps.len() {
        0 => "nothing to do".to_owned(),
        count => counted(count, "step"),
    };
    let now = place(&report.current);
    terminal.summary(format_args!("{steps}: {url} is at {now}\n"));
}
