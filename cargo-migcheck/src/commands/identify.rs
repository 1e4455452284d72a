//! `cargo migcheck identify`: at which revision a database is, by its schema alone.

use clap::Args;
use migcheck_core::fingerprints::FINGERPRINTS_FILE;
use migcheck_core::{Checked, Code};
use migcheck_db::{Migrator, Session};
use migcheck_harness::{Identified, Identify, IdentifyError, Place, State};
use serde::Serialize;

use super::database::{DatabaseArgs, block_on, open, tell_waiting};
use super::drift::{JsonChange, ScratchArgs, changes, draw};
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{Format, GREEN, RED, Terminal, painted, wrapped};

/// Find the revision that a database is at by its schema
///
/// The schema is compared with that of every revision: with fingerprints.toml, if the directory has one,
/// else in scratch databases. If no revision makes it, the nearest one is shown, and what differs. The
/// database is only read, unless `--stamp` is given.
#[derive(Debug, Args)]
pub(crate) struct IdentifyArgs {
    #[command(flatten)]
    scratch: ScratchArgs,
    /// Record the revision in the database, if it is exactly one
    #[arg(long)]
    stamp: bool,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Debug, Serialize)]
struct IdentifyAnswer<'a> {
    database: &'a str,
    release: &'a str,
    tried_on: Option<JsonTriedOn<'a>>,
    at: Vec<&'a [String]>,
    nearest: Option<JsonNearest<'a>>,
    missing: &'a [String],
    left_out: Vec<String>,
    recorded: Option<&'a [String]>,
    stamped: bool,
}

#[derive(Debug, Serialize)]
struct JsonTriedOn<'a> {
    server: &'a str,
    release: &'a str,
}

#[derive(Debug, Serialize)]
struct JsonNearest<'a> {
    at: &'a [String],
    objects: usize,
    changes: Vec<JsonChange<'a>>,
}

/// What was found of a database.
struct Answered {
    database: String,
    found: Identified,
    /// Where its history says that it is.
    recorded: Option<Vec<String>>,
    /// Whether that is without something below.
    has_gap: bool,
    stamped: bool,
}

impl IdentifyArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let (checked, graph) = context.selection.directory()?.load()?;
        let url = self.database.url(&checked.config)?;
        let migrator = tell_waiting(Migrator::new(&graph)?, &context.terminal);
        let mut identify =
            Identify::new(&graph).map_err(|error| CommandError::usage(error.to_string()))?;
        check_fingerprints(checked)?;
        if let Some(on) = self.scratch.on()? {
            identify = identify.on(on);
        }
        let answered = block_on(async {
            let mut session = open(&url, false).await?;
            let found = identify.run(&mut *session).await?;
            let status = migrator.status(&mut *session).await?;
            if let Some(skipped) = &status.skipped {
                context.terminal.warn(skipped);
            }
            let recorded = status.has_history.then_some(status.current);
            let mut answered = Answered {
                database: url.to_string(),
                found,
                recorded,
                has_gap: status.skipped.is_some(),
                stamped: false,
            };
            if self.stamp {
                answered.stamp(&migrator, &mut *session).await?;
            }
            Ok(answered)
        })?;
        match self.format {
            Format::Human => answered.human(&context.terminal, self.stamp),
            Format::Json => answered.json(&context.terminal),
        }
        Ok(match answered.found.place {
            Place::At(_) => Exit::Success,
            Place::Near { .. } => Exit::Findings,
        })
    }
}

/// For a command that needs them: that `fingerprints.toml` can be read, if there is one.
pub(super) fn check_fingerprints(checked: Checked) -> Result<(), CommandError> {
    let mut findings = checked.findings;
    findings.retain(|finding| finding.code == Code::FingerprintsUnreadable);
    match findings.is_empty() {
        true => Ok(()),
        false => {
            let message = format!("{FINGERPRINTS_FILE} cannot be used");
            let error = CommandError::unusable(message, findings);
            Err(error.hinted("write it anew, or delete it and do without"))
        }
    }
}

impl From<IdentifyError> for CommandError {
    fn from(error: IdentifyError) -> Self {
        let message = error.to_string();
        match error {
            IdentifyError::Tried(error) if error.is_unavailable() => Self::unavailable(message)
                .hinted("name a server to try the revisions on with `--on`"),
            IdentifyError::Unread(_) => {
                Self::unavailable(message).hinted("use a login that may read the catalog")
            }
            IdentifyError::WrongDialect { .. } => {
                Self::usage(message).hinted("name a server of the database's kind with `--on`")
            }
            _ => Self::usage(message),
        }
    }
}

impl Answered {
    /// Records the one revision that it is.
    async fn stamp(
        &mut self,
        migrator: &Migrator,
        session: &mut dyn Session,
    ) -> Result<(), CommandError> {
        let Place::At(states) = &self.found.place else {
            return Ok(());
        };
        let [state] = states.as_slice() else {
            let names: Vec<String> = states.iter().map(|one| name(&one.heads)).collect();
            return Err(CommandError::usage(format!(
                "several revisions make this schema, so that it does not say which one is applied: {}",
                names.join(", ")
            ))
            .hinted("say it with `cargo migcheck stamp REV`"));
        };
        match &self.recorded {
            // The schema has what the history has not.
            Some(recorded) if *recorded == state.heads && self.has_gap => {}
            Some(recorded) if *recorded == state.heads => return Ok(()),
            Some(recorded) if !recorded.is_empty() => {
                let at = name(&state.heads);
                let message = format!(
                    "the history says {}, and the schema is that of {at}",
                    name(recorded)
                );
                return Err(CommandError::usage(message).hinted(format!(
                    "if the history is wrong, `cargo migcheck stamp {at} --purge` corrects it"
                )));
            }
            _ => {}
        }
        migrator.stamp_revisions(session, &state.revisions).await?;
        self.stamped = true;
        Ok(())
    }

    fn human(&self, terminal: &Terminal, wants_stamp: bool) {
        let (found, database) = (&self.found, &self.database);
        let how = match &found.tried_on {
            None => format!("{FINGERPRINTS_FILE}, {}", found.release),
            Some(tried) => format!("tried on {}", tried.server),
        };
        match &found.place {
            Place::At(states) => {
                let names: Vec<String> = states.iter().map(|one| name(&one.heads)).collect();
                let names = painted(GREEN, names.join(" or "));
                let found = format!("{database} is at {names} ({how})");
                terminal.print(wrapped(&found, "", terminal.width()));
                self.next(terminal, states);
            }
            Place::Near {
                state,
                objects,
                diff,
            } => {
                let at = name(&state.heads);
                terminal.print(format_args!(
                    "  - as {at} makes it\n  + as the database has it\n\n"
                ));
                draw(terminal, diff);
                let no = painted(RED, "no revision");
                let found = format!("{database} is at {no} ({how})");
                let found = wrapped(&found, "", terminal.width());
                terminal.print(format_args!("\n{found}"));
                let differ = match *objects {
                    // No object is another one.
                    0 => "only the order of columns differs".to_owned(),
                    1 => "1 object differs".to_owned(),
                    many => format!("{many} objects differ"),
                };
                terminal.print(format_args!("the nearest is {at}: {differ}\n"));
                if wants_stamp {
                    terminal.warn("nothing was recorded");
                }
            }
        }
        self.besides(terminal);
    }

    /// What to do with a revision that was found.
    fn next(&self, terminal: &Terminal, states: &[State]) {
        if states.len() > 1 {
            terminal.note("they make the same schema, so that it does not tell them apart");
        }
        let is_one = |recorded: &Vec<String>| states.iter().any(|one| one.heads == *recorded);
        match &self.recorded {
            _ if self.stamped => terminal.summary("recorded in its history\n"),
            Some(recorded) if is_one(recorded) => {
                terminal.note(format_args!("its history says {} too", name(recorded)));
            }
            Some(recorded) => {
                terminal.warn(format_args!("its history says {}", name(recorded)));
            }
            None => {
                let revision = states
                    .first()
                    .map_or_else(String::new, |one| name(&one.heads));
                let peer = self.found.peers.first();
                match (peer, states.len()) {
                    (Some(table), _) => terminal.note(format_args!(
                        "`{table}` is the history of {}: `cargo migcheck adopt` records what it says",
                        table.peer
                    )),
                    (None, 1) if !revision.contains(' ') => terminal.note(format_args!(
                        "`cargo migcheck stamp {revision}` or `identify --stamp` records it"
                    )),
                    (None, 1) => terminal.note("`identify --stamp` records it"),
                    _ => terminal.note("`cargo migcheck stamp REV` records one of them"),
                }
            }
        }
    }

    fn besides(&self, terminal: &Terminal) {
        let found = &self.found;
        if !found.missing.is_empty() {
            terminal.warn(format_args!(
                "not compared, as it cannot be applied there: {}; `cargo migcheck roundtrip` says why",
                found.missing.join(", ")
            ));
        }
        if let Some(tried) = &found.tried_on
            && tried.release != found.release
        {
            terminal.warn(format_args!(
                "the database is on {}, and the revisions were tried on {}: some of what differs may be \
                 the server's",
                found.release, tried.release
            ));
        }
    }

    fn json(&self, terminal: &Terminal) {
        let found = &self.found;
        let (at, nearest) = match &found.place {
            Place::At(states) => (states.iter().map(|one| &*one.heads).collect(), None),
            Place::Near {
                state,
                objects,
                diff,
            } => {
                let nearest = JsonNearest {
                    at: &state.heads,
                    objects: *objects,
                    changes: changes(diff),
                };
                (Vec::new(), Some(nearest))
            }
        };
        terminal.json(&Answer::new(IdentifyAnswer {
            database: &self.database,
            release: &found.release,
            tried_on: found.tried_on.as_ref().map(|tried| JsonTriedOn {
                server: &tried.server,
                release: &tried.release,
            }),
            at,
            nearest,
            missing: &found.missing,
            left_out: found.peers.iter().map(ToString::to_string).collect(),
            recorded: self.recorded.as_deref(),
            stamped: self.stamped,
        }));
    }
}

/// The revisions that a database is at.
fn name(heads: &[String]) -> String {
    match heads.is_empty() {
        true => "base".to_owned(),
        false => heads.join(" and "),
    }
}
