//! `cargo migcheck sql`: the scripts of a plan, for a database's own client.

use clap::Args;
use migcheck_core::{Config, Dialect, RevisionGraph};
use migcheck_db::{Offline, OfflineError, OfflineStep};
use serde::Serialize;

use super::route::Route;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{Format, counted};

/// Print the SQL of the steps that lead from applied revisions to a target
///
/// psql, mysql and sqlite3 run it, and the database ends as after `upgrade` or
/// `downgrade`, its history table included. Let them stop at the first error and
/// change nothing they read:
///
///   cargo migcheck sql --from 002 | psql -X -v ON_ERROR_STOP=1 shop
///   cargo migcheck sql --from 002 | mysql --comments --binary-mode shop
///   cargo migcheck sql --from 002 | sqlite3 -bail shop.db
///
/// A script that is no single transaction, as none is on MySQL, comes with a line
/// of the history table before its statements: if the client dies on the way,
/// `upgrade` or `downgrade` goes on from there.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct SqlArgs {
    #[command(flatten)]
    route: Route,
    /// The database it is for: postgres, mysql, sqlite; needed where migcheck.toml names none, or
    /// several
    #[arg(long, value_name = "NAME")]
    dialect: Option<Dialect>,
    /// Print the scripts alone; `upgrade` would apply them again
    #[arg(long)]
    no_history: bool,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Serialize)]
struct SqlAnswer<'a> {
    dialect: &'static str,
    history: bool,
    /// What has to run before the steps.
    setup: String,
    steps: Vec<Step<'a>>,
}

#[derive(Debug, Serialize)]
struct Step<'a> {
    revision: &'a str,
    direction: &'static str,
    file: &'a str,
    /// Whether `sql` is one transaction.
    transaction: bool,
    sql: String,
    #[serde(skip)]
    title: String,
}

/// What the lines are for that no script has.
const JOURNAL: &str = "\
-- What is written to the history table between statements is the journal: if\n\
-- this is interrupted, `cargo migcheck upgrade` or `downgrade` goes on from there.\n";

impl SqlArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let (checked, graph) = context.selection.directory()?.load_sound()?;
        let dialect = self.dialect(&checked.config)?;
        let plan = self.route.plan(&graph)?;
        let offline = match self.no_history {
            true => Offline::without_history(&graph, dialect),
            false => Offline::new(&graph, dialect)?,
        };
        let mut steps = Vec::with_capacity(plan.steps.len());
        for step in plan.steps {
            let written = offline.step(step)?;
            steps.extend(Step::of(&graph, step, dialect, written));
        }
        let setup = match steps.is_empty() {
            true => String::new(),
            false => offline.setup(),
        };
        let answer = SqlAnswer {
            dialect: dialect.name(),
            history: !self.no_history,
            setup,
            steps,
        };
        match self.format {
            Format::Human => self.print(context, &answer),
            Format::Json => context.terminal.json(&Answer::new(answer)),
        }
        Ok(Exit::Success)
    }

    fn print(&self, context: &Context, answer: &SqlAnswer<'_>) {
        let (from, to) = (self.route.from.join(","), &self.route.to);
        let count = counted(answer.steps.len(), "step");
        let dialect = answer.dialect;
        let history = match answer.history {
            true => "",
            false => " The history table stays as it is.",
        };
        let journal = match answer.history && answer.steps.iter().any(|step| !step.transaction) {
            true => JOURNAL,
            false => "",
        };
        let setup = match answer.setup.as_str() {
            "" => String::new(),
            setup => format!("\n{setup}"),
        };
        context.terminal.print(format_args!(
            "-- {count} from {from} to {to}, for {dialect}.{history}\n{journal}{setup}"
        ));
        for step in &answer.steps {
            let Step {
                revision,
                direction,
                title,
                sql,
                ..
            } = step;
            context
                .terminal
                .print(format_args!("\n-- {revision} {direction}: {title}\n{sql}"));
        }
    }

    fn dialect(&self, config: &Config) -> Result<Dialect, CommandError> {
        let names = |dialects: &[Dialect]| {
            let names: Vec<&str> = dialects.iter().map(|one| one.name()).collect();
            names.join(", ")
        };
        match (self.dialect, config.databases.as_slice()) {
            (Some(named), []) => Ok(named),
            (Some(named), databases) if databases.contains(&named) => Ok(named),
            (Some(named), databases) => Err(CommandError::usage(format!(
                "the revisions are not written for {named}"
            ))
            .hinted(format!(
                "`databases` in migcheck.toml names {}",
                names(databases)
            ))),
            (None, [only]) => Ok(*only),
            (None, []) => Err(
                CommandError::usage("which database is the SQL for?").hinted(format!(
                    "name it with `--dialect`: {}",
                    names(&Dialect::ALL)
                )),
            ),
            (None, several) => Err(CommandError::usage("the SQL is for one database at a time")
                .hinted(format!("name it with `--dialect`: {}", names(several)))),
        }
    }
}

impl<'a> Step<'a> {
    fn of(
        graph: &'a RevisionGraph,
        step: migcheck_core::Step,
        dialect: Dialect,
        written: OfflineStep,
    ) -> Option<Self> {
        let revision = graph.get(step.revision)?;
        let script = revision.script(step.direction, dialect)?;
        Some(Self {
            revision: revision.id.as_str(),
            direction: step.direction.name(),
            file: &script.source.path,
            transaction: written.transaction,
            sql: written.sql,
            title: revision.title().replace(char::is_control, " "),
        })
    }
}

impl From<OfflineError> for CommandError {
    fn from(error: OfflineError) -> Self {
        let hint = match &error {
            OfflineError::NoScript {
                reason: Some(reason),
                ..
            } => Some(format!("it is declared irreversible: {reason}")),
            OfflineError::NoScript { .. } => Some("write one, or choose another target".to_owned()),
            OfflineError::Script {
                help: Some(help), ..
            } => Some(help.clone()),
            OfflineError::Script { .. } => {
                Some("mend the script; `cargo migcheck upgrade` would refuse it too".to_owned())
            }
            _ => None,
        };
        Self::usage(error.to_string()).hinted_all(hint)
    }
}
