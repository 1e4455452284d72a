//! `cargo migcheck sql`: the scripts of a plan, for a database's own client.

use clap::Args;
use migcheck_core::split::{Statement, split};
use migcheck_core::{Config, Dialect, Direction, Revision, Script};
use serde::Serialize;

use super::route::Route;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{Format, counted};

/// Print the SQL of the steps that lead from applied revisions to a target
///
/// psql, mysql and sqlite3 run it; let them stop at the first error:
///
///   cargo migcheck sql --from 002 | psql -v ON_ERROR_STOP=1 shop
///
/// It changes what the scripts change, and not the history table: `cargo migcheck upgrade` would
/// apply them again.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct SqlArgs {
    #[command(flatten)]
    route: Route,
    /// The database it is for: postgres, mysql, sqlite; needed where migcheck.toml names none, or
    /// several
    #[arg(long, value_name = "NAME")]
    dialect: Option<Dialect>,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Serialize)]
struct SqlAnswer<'a> {
    dialect: &'static str,
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

impl SqlArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let (checked, graph) = context.selection.directory()?.load_sound()?;
        let dialect = self.dialect(&checked.config)?;
        let plan = self.route.plan(&graph)?;
        let known = plan.steps.iter();
        let known = known.filter_map(|step| Some((graph.get(step.revision)?, step.direction)));
        let steps: Vec<Step<'_>> = known
            .map(|(revision, direction)| Step::of(revision, direction, dialect))
            .collect::<Result<_, _>>()?;
        let (from, to) = (self.route.from.join(","), &self.route.to);
        match self.format {
            Format::Human => {
                let count = counted(steps.len(), "step");
                context.terminal.print(format_args!(
                    "-- {count} from {from} to {to}, for {dialect}. The history table stays as it is.\n"
                ));
                for step in &steps {
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
            Format::Json => {
                let dialect = dialect.name();
                context
                    .terminal
                    .json(&Answer::new(SqlAnswer { dialect, steps }));
            }
        }
        Ok(Exit::Success)
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
        revision: &'a Revision,
        direction: Direction,
        dialect: Dialect,
    ) -> Result<Self, CommandError> {
        let id = &revision.id;
        let script = revision.script(direction, dialect).ok_or_else(|| {
            let error =
                CommandError::usage(format!("`{id}` has no {direction} script for {dialect}"));
            match (&revision.irreversible, direction) {
                (Some(reason), Direction::Down) => {
                    error.hinted(format!("it is declared irreversible: {reason}"))
                }
                _ => error.hinted("write one, or choose another target"),
            }
        })?;
        let text = &*script.source.text;
        let statements = split(text, dialect).map_err(|error| {
            let line = migcheck_core::line_of(text, error.span.start);
            let file = &script.source.path;
            CommandError::usage(format!("{file}:{line}: {}", error.message))
                .hinted("mend the script; `cargo migcheck upgrade` would refuse it too")
        })?;
        let transaction = is_wrapped(script, &statements, dialect);
        Ok(Self {
            revision: id.as_str(),
            direction: direction.name(),
            file: &script.source.path,
            transaction,
            sql: runnable(text, &statements, transaction),
            title: revision.title().replace(char::is_control, " "),
        })
    }
}

/// As in `upgrade`: a script is one transaction where the database holds DDL in one, unless the
/// script says otherwise or controls transactions itself.
fn is_wrapped(script: &Script, statements: &[Statement<'_>], dialect: Dialect) -> bool {
    let is_transactional = dialect != Dialect::MySql;
    let own = statements
        .iter()
        .any(|statement| statement.transaction_control);
    is_transactional && script.transaction && !own && !statements.is_empty()
}

/// The script such that another can follow it.
fn runnable(text: &str, statements: &[Statement<'_>], transaction: bool) -> String {
    let mut sql = text.trim().to_owned();
    if !sql.is_empty() {
        sql.push('\n');
    }
    let rest = statements.last().and_then(|last| text.get(last.span.end..));
    let is_open = rest.map(str::trim_start).is_some_and(|rest| {
        rest.is_empty()
            || ["--", "/*", "#"]
                .iter()
                .any(|comment| rest.starts_with(comment))
    });
    if is_open {
        sql.push_str(";\n");
    }
    // Where a script changes mysql's delimiter, the next one must find it as it was.
    let changes = |line: &str| {
        line.trim_start()
            .get(..10)
            .is_some_and(|word| word.eq_ignore_ascii_case("delimiter "))
    };
    if text.lines().any(changes) {
        sql.push_str("DELIMITER ;\n");
    }
    if transaction {
        sql = format!("BEGIN;\n{sql}COMMIT;\n");
    }
    sql
}
