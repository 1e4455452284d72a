//! Which database is meant, and a session in it.

use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use clap::Args;
use migcheck_core::{Config, Dialect, Direction, RevisionGraph};
use migcheck_db::{
    ConnectError, ConnectErrorKind, ConnectOptions, DatabaseUrl, MigrateError, Migrator, Report,
    RunEvent, Session, Status, connect_with,
};
use serde::Serialize;

use super::lease::LeaseArgs;
use super::{backup, environment};
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{DIM, Format, Line, Terminal, counted, painted};

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
        match (&self.database_url, &self.env) {
            (Some(url), _) => parsed(url),
            (None, Some(name)) => environment::url(config, name),
            (None, None) => Err(without_database(config)),
        }
    }

    /// What a file of it may be called: the environment, else the database.
    pub(crate) fn label(&self, url: &DatabaseUrl) -> String {
        match &self.env {
            Some(name) => name.clone(),
            None => database_name(url),
        }
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

/// The URL that the command line gives.
pub(crate) fn parsed(url: &str) -> Result<DatabaseUrl, CommandError> {
    url.parse()
        .map_err(|error| CommandError::with_way_out(&format!("--database-url: {error}")))
}

/// What a database is called; a file without its folders.
pub(crate) fn database_name(url: &DatabaseUrl) -> String {
    let name = url.database().unwrap_or_default();
    let file = Path::new(&*name).file_name();
    match (url.dialect(), file) {
        (Dialect::Sqlite, Some(file)) => file.to_string_lossy().into_owned(),
        _ => name.into_owned(),
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
    runtime()?.block_on(future)
}

fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::unavailable(format!("cannot start a runtime: {error}")))
}

/// The exit code of a process that a signal ended: 128 + SIGINT, as shells have it.
const EXIT_INTERRUPTED: i32 = 130;

/// Runs a future that may have half a backup in its hands: a signal ends it, which takes that away, and
/// then the process.
pub(crate) fn block_on_until_signal<T>(
    future: impl Future<Output = Result<T, CommandError>>,
) -> Result<T, CommandError> {
    let done = runtime()?.block_on(async {
        let (mut future, mut signal) = (Box::pin(future), pin!(signal()));
        std::future::poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending => signal.as_mut().poll(context).map(|()| None),
        })
        .await
    });
    done.unwrap_or_else(|| std::process::exit(EXIT_INTERRUPTED))
}

/// Waits for Ctrl-C or SIGTERM; where they cannot be caught, for ever.
async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        let mut signals: Vec<_> = kinds.into_iter().flat_map(signal).collect();
        std::future::poll_fn(|context| {
            let mut come = signals.iter_mut().map(|one| one.poll_recv(context));
            match come.any(|one| one.is_ready()) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        })
        .await;
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// What `upgrade` and `downgrade` answer.
#[derive(Debug, Serialize)]
struct RunAnswer<'a> {
    database: String,
    steps: Vec<JsonStep<'a>>,
    current: &'a [String],
    /// What a newer release has applied: with `--allow-ahead`, and after a downgrade.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    unknown: &'a [String],
    /// What was made before, where that was asked for and needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    backup: Option<backup::JsonBackup>,
}

#[derive(Debug, Serialize)]
pub(crate) struct JsonStep<'a> {
    revision: &'a str,
    direction: &'static str,
    milliseconds: u128,
    /// Where it went on with an unfinished script, and what it cleared away before.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
}

/// The steps of a report, for a program.
pub(crate) fn json_steps(report: &Report) -> Vec<JsonStep<'_>> {
    let steps = report.steps.iter().map(|step| JsonStep {
        revision: &step.revision,
        direction: step.direction.name(),
        milliseconds: step.took.as_millis(),
        notes: &step.notes,
    });
    steps.collect()
}

/// Room for `999999 ms`, and for the ids of most histories.
const TOOK_WIDTH: usize = 9;
const ID_WIDTH: usize = 24;

/// What a run shall do.
pub(crate) struct Run<'a> {
    pub(crate) database: &'a DatabaseArgs,
    pub(crate) lease: &'a LeaseArgs,
    pub(crate) direction: Direction,
    pub(crate) target: &'a str,
    pub(crate) create: bool,
    /// Revisions that only the database knows do not stop it.
    pub(crate) allow_ahead: bool,
    /// Where a backup goes before something is taken away.
    pub(crate) backup: Option<&'a Path>,
    /// How long one statement may take.
    pub(crate) statement_timeout: Option<Duration>,
    pub(crate) format: Format,
}

/// Runs scripts on the database that is named, and says what was done.
pub(crate) fn run(context: &Context, run: &Run<'_>) -> Result<Exit, CommandError> {
    let directory = context.selection.directory()?;
    let (checked, graph) = directory.load_sound()?;
    let url = run.database.url(&checked.config)?;
    let mut migrator = run
        .lease
        .migrator(&graph)?
        .allow_ahead(run.allow_ahead)
        .statement_timeout(run.statement_timeout);
    if run.format == Format::Human {
        migrator = tell_steps(migrator, context, graph);
    }
    let mut backup = None;
    if let Some(to) = run.backup {
        let label = run.database.label(&url);
        let (first, made) = backup::first(&context.terminal, &url, to, &label);
        migrator = migrator.backup_first(first);
        backup = Some(made);
    }
    let work = async {
        let mut session = open(&url, run.create).await?;
        let done = match run.direction {
            Direction::Up => migrator.upgrade(&mut *session, run.target).await,
            Direction::Down => migrator.downgrade(&mut *session, run.target).await,
        };
        let report = match done {
            Ok(report) => report,
            Err(error @ MigrateError::Ahead(_)) if run.direction == Direction::Down => {
                return Err(CommandError::from(error).hinted_instead(
                    "name the revision to go down to: what is above it goes with the scripts that the \
                     history table kept",
                ));
            }
            Err(error) => return Err(stopped(&migrator, &mut *session, error).await),
        };
        let left = match run.allow_ahead || run.direction == Direction::Down {
            true => migrator.status(&mut *session).await?.unknown,
            false => Vec::new(),
        };
        Ok((report, left))
    };
    let (report, left) = match backup {
        Some(_) => block_on_until_signal(work),
        None => block_on(work),
    }?;
    match run.format {
        Format::Human => {
            print(context, &url, &report);
            tell_unknown(&context.terminal, &left);
        }
        Format::Json => context.terminal.json(&Answer::new(RunAnswer {
            database: url.to_string(),
            steps: json_steps(&report),
            current: &report.current,
            unknown: &left,
            backup: backup
                .as_ref()
                .and_then(|made| made.get())
                .map(backup::JsonBackup::of),
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
    let failed_midway =
        matches!(&error, MigrateError::Script(script) if !script.server.ends_session());
    let error = CommandError::from(error);
    if !failed_midway {
        return error;
    }
    let Ok(status) = migrator.status(session).await else {
        return error;
    };
    let at = format!("the database is at {}", place(&status.current));
    match &status.unfinished {
        // What is to be done about that, the error says.
        Some(unfinished) if unfinished.in_doubt => error.hinted(format!("{at}; {unfinished}")),
        Some(unfinished) => error.hinted(format!(
            "{at}; {} of {} statements of this script are done: mend the script from there, and run \
             `{}` again",
            unfinished.statements_done,
            unfinished.statements_total,
            match unfinished.direction {
                Direction::Up => "upgrade",
                Direction::Down => "downgrade",
            }
        )),
        None => error.hinted(at),
    }
}

/// Says what is applied and not known here.
pub(crate) fn tell_unknown(terminal: &Terminal, unknown: &[String]) {
    if !unknown.is_empty() {
        let unknown = unknown.join(", ");
        terminal.note(format_args!(
            "applied as well, but not in the directory: {unknown}; the database is ahead"
        ));
    }
}

/// Where a database is, as far as that can be told of one that is ahead or was edited, which is said.
/// Another project's is nowhere.
pub(crate) async fn standing(
    terminal: &Terminal,
    migrator: &Migrator,
    session: &mut dyn Session,
) -> Result<Status, CommandError> {
    let migrator = migrator.clone().allow_ahead(true);
    match migrator.current(&mut *session).await {
        Ok(_)
        | Err(MigrateError::Edited(_) | MigrateError::Renamed(_) | MigrateError::Deleted(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let status = migrator.status(session).await?;
    match (&status.renamed, &status.deleted) {
        (Some(renamed), _) => terminal.warn(renamed),
        (None, Some(deleted)) => terminal.warn(deleted),
        (None, None) => tell_unknown(terminal, &status.unknown),
    }
    if let Some(skipped) = &status.skipped {
        terminal.warn(skipped);
    }
    if !status.edited.is_empty() {
        let edited = status.edited.join(", ");
        terminal.warn(format_args!("edited after they were applied: {edited}"));
    }
    Ok(status)
}

/// Where a database is, in words.
pub(crate) fn place(current: &[String]) -> String {
    if current.is_empty() {
        "base".to_owned()
    } else {
        current.join(", ")
    }
}

/// Says each step when it has come to its end: what follows may fail, or take long.
fn tell_steps(migrator: Migrator, context: &Context, graph: RevisionGraph) -> Migrator {
    let terminal = context.terminal.clone();
    let ids = graph.revisions().iter().map(|one| one.id.as_str().len());
    let id_width = ids.max().unwrap_or(0).min(ID_WIDTH);
    migrator.on_event(move |event| match event {
        RunEvent::Step(step) => {
            let direction = painted(DIM, format_args!("{:<4}", step.direction.name()));
            let took = format!("{} ms", step.took.as_millis());
            let took = painted(DIM, format_args!("{took:>TOOK_WIDTH$}"));
            let line = Line::recorded(&graph, &step.revision);
            let room = terminal.columns();
            let room = room.map(|columns| columns.saturating_sub(8 + TOOK_WIDTH));
            let line = line.render(id_width, room);
            terminal.print(format_args!("{direction}  {took}  {line}\n"));
            step.notes.iter().for_each(|note| terminal.note(note));
        }
        event => tell_of_lock(&terminal, event),
    })
}

/// Says when a run has to wait for another one, or leaves one that has to be waited for.
pub(crate) fn tell_waiting(migrator: Migrator, terminal: &Terminal) -> Migrator {
    let terminal = terminal.clone();
    migrator.on_event(move |event| tell_of_lock(&terminal, event))
}

fn tell_of_lock(terminal: &Terminal, event: RunEvent<'_>) {
    match event {
        RunEvent::Waiting(holder) => {
            let holder = holder.map(|holder| format!(": {holder}"));
            let holder = holder.unwrap_or_default();
            terminal.note(format_args!(
                "another run has the lock; waiting for it{holder}"
            ));
        }
        RunEvent::LockStays { end } => terminal.note(format_args!(
            "a pooled connection keeps the lock, and later runs out; `{end}` ends it"
        )),
        _ => {}
    }
}

fn print(context: &Context, url: &DatabaseUrl, report: &Report) {
    let steps = match report.steps.len() {
        0 => "nothing to do".to_owned(),
        count => counted(count, "step"),
    };
    let now = place(&report.current);
    let summary = format_args!("{steps}: {url} is at {now}\n");
    context.terminal.summary(summary);
}
