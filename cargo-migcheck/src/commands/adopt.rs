//! `cargo migcheck adopt`: another tool's history becomes migcheck's.

use clap::Args;
use clap::builder::PossibleValuesParser;
use migcheck_core::{Dialect, RevisionGraph};
use migcheck_db::adopt::{AdoptError, Adoption, Mismatch, Peer, Recorded, Wanted, look};
use serde::Serialize;

use super::database::{DatabaseArgs, block_on, open, tell_waiting};
use super::lease::LeaseArgs;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{Format, RED, counted, painted, table, wrapped};

/// Take over the history that another tool keeps in a database
///
/// What its table says is held against the directory, checksums included where it has them. If all of it
/// matches, it is recorded as migcheck's own history; else nothing is. Nothing is run, and the tool's
/// table stays as it is.
#[derive(Debug, Args)]
pub(crate) struct AdoptArgs {
    /// The tool; without it, the table that is there tells
    #[arg(long, value_name = "TOOL", value_parser = tools())]
    from: Option<String>,
    /// The tool's table, where it is not called as the tool calls it: `NAME` or `SCHEMA.NAME`
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// Say what would be recorded, and record nothing
    #[arg(long)]
    dry_run: bool,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    lease: LeaseArgs,
}

fn tools() -> PossibleValuesParser {
    Peer::ALL.map(Peer::name).to_vec().into()
}

#[derive(Debug, Serialize)]
struct AdoptAnswer<'a> {
    database: String,
    from: &'static str,
    table: String,
    revisions: &'a [String],
    verified: usize,
    mismatches: Vec<JsonMismatch<'a>>,
    recorded: &'static str,
    current: &'a [String],
    beyond: &'a [String],
    drop: String,
}

#[derive(Debug, Serialize)]
struct JsonMismatch<'a> {
    kind: &'static str,
    about: &'a str,
    message: String,
    help: String,
}

/// What was found, and what was done about it.
struct Adopted {
    database: String,
    directory: String,
    dialect: Dialect,
    adoption: Adoption,
    recorded: Option<Recorded>,
}

impl AdoptArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let directory = context.selection.directory()?;
        let (checked, graph) = directory.load()?;
        let url = self.database.url(&checked.config)?;
        let migrator = tell_waiting(self.lease.migrator(&graph)?, &context.terminal);
        let wanted = Wanted {
            from: self.from.as_deref().and_then(Peer::from_name),
            table: self.table,
        };
        let (adoption, recorded) = block_on(async {
            let mut session = open(&url, false).await?;
            let adoption = look(&mut *session, &graph, &wanted).await?;
            let recorded = if !adoption.mismatches.is_empty() {
                None
            } else if self.dry_run {
                adoption.before(&migrator, &mut *session).await?
            } else {
                Some(adoption.record(&migrator, &mut *session).await?)
            };
            Ok((adoption, recorded))
        })?;
        let adopted = Adopted {
            database: url.to_string(),
            directory: directory.name,
            dialect: url.dialect(),
            adoption,
            recorded,
        };
        match self.format {
            Format::Json => {
                adopted.json(context);
                Ok(match adopted.adoption.mismatches.is_empty() {
                    true => Exit::Success,
                    false => Exit::Findings,
                })
            }
            Format::Human => adopted.human(context, &graph),
        }
    }
}

impl From<AdoptError> for CommandError {
    fn from(error: AdoptError) -> Self {
        let message = error.to_string();
        let help = error.help();
        match error {
            AdoptError::Migrate(error) => error.into(),
            AdoptError::Unsearchable(_) | AdoptError::Unreadable { .. } => {
                Self::unavailable(message).hinted("use a login that may read it")
            }
            AdoptError::Nothing { .. }
            | AdoptError::Elsewhere(_)
            | AdoptError::NotApplied { .. } => Self::unsound(message, Vec::new()).hinted_all(help),
            _ => Self::usage(message).hinted_all(help),
        }
    }
}

impl Adopted {
    fn human(&self, context: &Context, graph: &RevisionGraph) -> Result<Exit, CommandError> {
        let terminal = &context.terminal;
        let adoption = &self.adoption;
        let (peer, found) = (adoption.table.peer, &adoption.table);
        if !adoption.mismatches.is_empty() {
            return Err(self.mismatched(context));
        }
        if terminal.is_verbose() || self.recorded.is_none() {
            let places = adoption.revisions.iter();
            let places: Vec<usize> = places.filter_map(|id| graph.position(id)).collect();
            terminal.print(table(graph, &places, "", terminal.columns()));
        }
        let revisions = counted(adoption.revisions.len(), "revision");
        let database = &self.database;
        match &self.recorded {
            None => terminal.summary(format_args!(
                "would adopt {revisions} from {peer}: everything matches\n"
            )),
            Some(Recorded::Now { current }) => terminal.summary(format_args!(
                "adopted {revisions} from {peer}: {database} is at {}\n",
                at(current)
            )),
            Some(Recorded::Before { current, .. }) => terminal.summary(format_args!(
                "nothing to do, {peer} was adopted before: {database} is at {}\n",
                at(current)
            )),
            // What is not known here has been told by its kind above.
            Some(_) => {}
        }
        let is_news = !matches!(self.recorded, Some(Recorded::Before { .. }));
        if is_news && adoption.verified < adoption.revisions.len() {
            terminal.note(format_args!(
                "{peer} keeps no checksums: that the scripts are still those that it ran is taken on trust"
            ));
        }
        if self.recorded.is_some() {
            terminal.note(format_args!(
                "`{found}` stays as it is; when nothing uses {peer} any more: `{}`",
                found.drop_statement(self.dialect)
            ));
        }
        Ok(Exit::Success)
    }

    /// Prints what does not match, one by one, and returns what it comes to.
    fn mismatched(&self, context: &Context) -> CommandError {
        let terminal = &context.terminal;
        let peer = self.adoption.table.peer;
        let mut helps: Vec<String> = Vec::new();
        let mut last = "";
        for mismatch in &self.adoption.mismatches {
            let kind = mismatch.name();
            if kind != last {
                terminal.print(format_args!("{}\n", painted(RED, kind)));
                last = kind;
            }
            terminal.print(wrapped(&mismatch.to_string(), "  ", terminal.width()));
            let help = mismatch.help(peer);
            if !helps.contains(&help) {
                helps.push(help);
            }
        }
        let places = counted(self.adoption.mismatches.len(), "place");
        let message = format!(
            "what {peer} has applied does not match `{}` in {places}: nothing was recorded",
            self.directory
        );
        CommandError::unsound(message, Vec::new()).hinted_all(helps)
    }

    fn json(&self, context: &Context) {
        let adoption = &self.adoption;
        let (recorded, current, beyond) = match &self.recorded {
            Some(Recorded::Now { current }) => ("now", &**current, &[][..]),
            Some(Recorded::Before { current, beyond }) => ("before", &**current, &**beyond),
            _ => ("not", &[][..], &[][..]),
        };
        let mismatches = adoption
            .mismatches
            .iter()
            .map(|one: &Mismatch| JsonMismatch {
                kind: one.name(),
                about: one.about(),
                message: one.to_string(),
                help: one.help(adoption.table.peer),
            });
        context.terminal.json(&Answer::new(AdoptAnswer {
            database: self.database.clone(),
            from: adoption.table.peer.name(),
            table: adoption.table.to_string(),
            revisions: &adoption.revisions,
            verified: adoption.verified,
            mismatches: mismatches.collect(),
            recorded,
            current,
            beyond,
            drop: adoption.table.drop_statement(self.dialect),
        }));
    }
}

fn at(current: &[String]) -> String {
    match current.is_empty() {
        true => "base".to_owned(),
        false => current.join(", "),
    }
}
