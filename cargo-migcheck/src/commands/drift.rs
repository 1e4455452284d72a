//! `cargo migcheck drift`: a live database against what its applied revisions build.

use clap::Args;
use migcheck_core::RevisionGraph;
use migcheck_db::snapshot::ChangeKind;
use migcheck_db::{Migrator, SchemaDiff, Session, Status, release};
use migcheck_harness::{Drift, RoundTripError, ServerSpec, ServerSpecError, drift, recorded_drift};
use serde::Serialize;

use super::database::{DatabaseArgs, block_on, open, standing};
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{BOLD, Format, GREEN, RED, Terminal, painted};

/// Compare a database with what its applied revisions build
///
/// They are run in a scratch database: on a container of the same product and release, or on what `--on`
/// names. Without `--on` they are not where fingerprints.toml says already that there is no drift. The
/// database itself is only read. It ends with 1 where the two differ.
#[derive(Debug, Args)]
pub(crate) struct DriftArgs {
    #[command(flatten)]
    scratch: ScratchArgs,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Where scratch databases are made.
#[derive(Debug, Args)]
pub(super) struct ScratchArgs {
    /// The server for scratch databases: `postgres:17` (a container), `mysql@local`, a URL
    #[arg(long, value_name = "SPEC")]
    on: Option<String>,
}

impl ScratchArgs {
    /// The server that is named. clap does not read it: it would print a URL with its password.
    pub(super) fn on(&self) -> Result<Option<ServerSpec>, CommandError> {
        let spec = self.on.as_ref().map(|text| text.parse());
        let spec = spec.transpose();
        spec.map_err(|error: ServerSpecError| CommandError::usage(error.to_string()))
    }
}

#[derive(Debug, Serialize)]
struct DriftAnswer<'a> {
    database: String,
    server: &'a str,
    drift: bool,
    changes: Vec<JsonChange<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct JsonChange<'a> {
    object: String,
    change: &'static str,
    expected: Option<&'a str>,
    found: Option<&'a str>,
}

impl DriftArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let (checked, graph) = context.selection.directory()?.load()?;
        let url = self.database.url(&checked.config)?;
        let on = self.scratch.on()?;
        let migrator = Migrator::new(&graph)?;
        let found = block_on(async {
            let mut session = open(&url, false).await?;
            // Of what is edited or unknown there is nothing to build.
            migrator.current(&mut *session).await?;
            let status = standing(&context.terminal, &migrator, &mut *session).await?;
            of(&graph, &status, &mut *session, on).await
        })?;
        match self.format {
            Format::Human => print(context, &found),
            Format::Json => context.terminal.json(&Answer::new(DriftAnswer {
                database: url.to_string(),
                server: &found.server,
                drift: !found.diff.is_empty(),
                changes: changes(&found.diff),
            })),
        }
        Ok(match found.diff.is_empty() {
            true => Exit::Success,
            false => Exit::Findings,
        })
    }
}

/// Compares the database of a session, of which `status` says where it is.
pub(super) async fn of(
    graph: &RevisionGraph,
    status: &Status,
    session: &mut dyn Session,
    on: Option<ServerSpec>,
) -> Result<Drift, CommandError> {
    let applied = status.applied(graph);
    // What was recorded is of revisions with all that they need.
    if on.is_none() && status.skipped.is_none() {
        let recorded = recorded_drift(graph, &applied, session).await;
        if let Some(none) = recorded.map_err(failed)? {
            return Ok(none);
        }
    }
    let spec = match on {
        Some(spec) if spec.dialect() != session.dialect() => {
            let (there, here) = (spec.dialect(), session.dialect());
            return Err(CommandError::usage(format!(
                "`{spec}` speaks {there}, and the database speaks {here}"
            ))
            .hinted("name a server of the database's kind with `--on`"));
        }
        Some(spec) => spec,
        None => {
            let release = release(session).await.map_err(|error| {
                CommandError::unavailable(format!("the server does not tell its version: {error}"))
                    .hinted("name a server like it with `--on`, such as `--on postgres:17`")
            })?;
            ServerSpec::like(&release)
        }
    };
    drift(graph, &applied, session, &spec).await.map_err(failed)
}

fn failed(error: RoundTripError) -> CommandError {
    let is_unavailable = error.is_unavailable();
    match error {
        RoundTripError::Connect(error) => error.into(),
        RoundTripError::Build { server, error } => {
            let error = CommandError::from(migcheck_db::MigrateError::Script(error));
            error.hinted(format!(
                "that was a scratch database on {server}, and the revision is applied in the live one: \
                 build on a server like it with `--on`"
            ))
        }
        error if is_unavailable => CommandError::unavailable(error.to_string()),
        error => CommandError::usage(error.to_string()),
    }
}

const fn word(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Removed => "missing",
        ChangeKind::Added => "extra",
        ChangeKind::Changed => "different",
    }
}

/// `1 missing, 2 extra`.
pub(super) fn counts(diff: &SchemaDiff) -> String {
    let kinds = [ChangeKind::Removed, ChangeKind::Added, ChangeKind::Changed];
    let counts = kinds.into_iter().filter_map(|kind| {
        let count = diff.changes.iter().filter(|one| one.kind == kind).count();
        (count > 0).then(|| format!("{count} {}", word(kind)))
    });
    counts.collect::<Vec<_>>().join(", ")
}

fn print(context: &Context, found: &Drift) {
    let terminal = &context.terminal;
    let server = &found.server;
    if found.diff.is_empty() {
        let text = painted(GREEN, "no drift");
        terminal.summary(format_args!(
            "{text}: the schema is what the applied revisions build on {server}\n"
        ));
        return;
    }
    terminal.print("  - what the applied revisions build\n  + what the database has\n\n");
    draw(terminal, &found.diff);
    let counts = painted(RED, counts(&found.diff));
    terminal.summary(format_args!("\ndrift, built on {server}: {counts}\n"));
}

/// Draws what is missing, extra or different, one object after the other.
pub(super) fn draw(terminal: &Terminal, diff: &SchemaDiff) {
    for change in &diff.changes {
        let word = painted(BOLD, word(change.kind));
        let text = change.to_string();
        for (at, line) in text.lines().enumerate() {
            match at {
                0 => terminal.print(format_args!("{word}: {line}\n")),
                _ => terminal.print(format_args!("  {line}\n")),
            }
        }
    }
}

pub(super) fn changes(diff: &SchemaDiff) -> Vec<JsonChange<'_>> {
    let change = |change: &'_ migcheck_db::snapshot::Change| change.object.to_string();
    diff.changes
        .iter()
        .map(|one| JsonChange {
            object: change(one),
            change: word(one.kind),
            expected: one.before.as_deref(),
            found: one.after.as_deref(),
        })
        .collect()
}
