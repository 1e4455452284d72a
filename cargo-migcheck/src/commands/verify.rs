//! `cargo migcheck verify`: that a database is at head, now or soon.

use std::time::{Duration, Instant};

use clap::Args;
use migcheck_core::fingerprints::FINGERPRINTS_FILE;
use migcheck_db::{
    ConnectErrorKind, ConnectOptions, DatabaseUrl, MigrateError, Migrator, Release, connect_with,
};
use serde::Serialize;

use super::database::{DatabaseArgs, block_on};
use super::duration::duration;
use super::identify::check_fingerprints;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{Format, GREEN, Terminal, counted, painted};

/// Check that a database is at the heads
///
/// Nothing may be unfinished, edited or unknown either. It ends with 1 where that is not so, and with 3
/// where the database does not answer. With `--wait` it asks until the time is over, also while the
/// server is starting: for a container's start.
///
/// It is one query. With `--schema` the whole schema is read too, and must be the one that
/// `roundtrip --write-fingerprints` recorded in fingerprints.toml. It ends with 1 where the schema is
/// another one, and with 2 where nothing was recorded that tells.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Wait so long for it: `90s`, `5m`
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    wait: Option<Duration>,
    /// The schema, too, must be what the revisions make, by fingerprints.toml
    #[arg(long)]
    schema: bool,
    /// Let a newer release have applied revisions that are not here
    #[arg(long)]
    allow_ahead: bool,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Debug, Serialize)]
struct VerifyAnswer {
    database: String,
    current: Vec<String>,
    /// The server whose fingerprint the schema has, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<String>,
    milliseconds: u128,
}

/// How often a database is asked.
const POLL: Duration = Duration::from_millis(250);

/// What a database was found to be.
struct Verified {
    current: Vec<String>,
    schema: Option<Release>,
}

/// Why it is not there yet.
struct NotYet {
    error: CommandError,
    /// Whether time may change it.
    is_passing: bool,
    /// What is waited for.
    what: &'static str,
}

impl VerifyArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let (checked, graph) = context.selection.directory()?.load()?;
        let url = self.database.url(&checked.config)?;
        if self.schema {
            check_fingerprints(checked)?;
        }
        let migrator = Migrator::new(&graph)?.allow_ahead(self.allow_ahead);
        let started = Instant::now();
        let verified = block_on(self.wait_for(&context.terminal, &migrator, &url))?;
        let schema = verified.schema.map(|release| release.to_string());
        let current = verified.current;
        match self.format {
            Format::Human => {
                let at = match current.as_slice() {
                    [] => "base".to_owned(),
                    heads => heads.join(", "),
                };
                let good = painted(GREEN, "at head");
                let terminal = &context.terminal;
                let and = schema.map_or_else(String::new, |release| {
                    format!(" and has its schema ({FINGERPRINTS_FILE}, {release})")
                });
                terminal.summary(format_args!("{good}: {url} is at {at}{and}\n"));
            }
            Format::Json => context.terminal.json(&Answer::new(VerifyAnswer {
                database: url.to_string(),
                current,
                schema,
                milliseconds: started.elapsed().as_millis(),
            })),
        }
        Ok(Exit::Success)
    }

    async fn wait_for(
        &self,
        terminal: &Terminal,
        migrator: &Migrator,
        url: &DatabaseUrl,
    ) -> Result<Verified, CommandError> {
        let started = Instant::now();
        let wait = self.wait.unwrap_or_default();
        let mut told = "";
        loop {
            let left = wait.saturating_sub(started.elapsed());
            let not_yet = match self.verify(migrator, url, left).await {
                Ok(verified) => return Ok(verified),
                Err(not_yet) => not_yet,
            };
            let left = wait.saturating_sub(started.elapsed());
            if !not_yet.is_passing || left.is_zero() {
                let error = not_yet.error;
                return Err(match not_yet.is_passing && !wait.is_zero() {
                    true => error.hinted(format!("that is after a wait of {}", seconds(wait))),
                    false => error,
                });
            }
            if told != not_yet.what {
                told = not_yet.what;
                let why = not_yet.error.message();
                terminal.note(format_args!(
                    "waiting for {told}, {} at most: {why}",
                    seconds(wait)
                ));
            }
            tokio::time::sleep(POLL.min(left)).await;
        }
    }

    /// Asks once.
    async fn verify(
        &self,
        migrator: &Migrator,
        url: &DatabaseUrl,
        left: Duration,
    ) -> Result<Verified, NotYet> {
        let options = ConnectOptions::default();
        // The first try has the usual time.
        let timeout = match left.is_zero() {
            true => options.timeout,
            false => options.timeout.min(left.max(Duration::from_secs(1))),
        };
        let connected = connect_with(url, &options.timeout(timeout)).await;
        let mut session = connected.map_err(|error| NotYet {
            // A server that starts may know neither user nor database yet.
            is_passing: error.kind() != ConnectErrorKind::Configuration,
            error: error.into(),
            what: "the database",
        })?;
        let verified = async {
            let schema = match self.schema {
                true => Some(migrator.verify_schema(&mut *session).await?),
                false => migrator.verify(&mut *session).await.map(|()| None)?,
            };
            let current = migrator.current(&mut *session).await?;
            Ok(Verified { current, schema })
        };
        verified.await.map_err(|error| {
            let (is_passing, what) = match &error {
                // Somebody may yet record where such a database is.
                MigrateError::Pending(_) | MigrateError::NotEmpty(_) => (true, "pending revisions"),
                MigrateError::Unfinished(_) | MigrateError::UnfinishedElsewhere(_) => {
                    (true, "an unfinished revision")
                }
                MigrateError::Refused { .. } => (true, "the database"),
                _ => (false, ""),
            };
            NotYet {
                is_passing,
                what,
                error: error.into(),
            }
        })
    }
}

fn seconds(time: Duration) -> String {
    counted(
        usize::try_from(time.as_secs()).unwrap_or(usize::MAX),
        "second",
    )
}
