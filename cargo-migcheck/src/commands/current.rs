//! `cargo migcheck current`: what a database has.

use clap::Args;
use migcheck_core::Direction;
use migcheck_db::Migrator;
use serde::Serialize;

use super::database::{DatabaseArgs, block_on, open, standing};
use super::show::pages;
use super::unfinished::JsonUnfinished;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{Format, counted, table};

/// Print the revisions a database is at
///
/// With `--verbose` there is a page for each. What is applied and not in the directory, or was edited
/// since, is said besides.
#[derive(Debug, Args)]
pub(crate) struct CurrentArgs {
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Debug, Serialize)]
struct CurrentAnswer<'a> {
    database: String,
    current: Vec<String>,
    pending: Vec<String>,
    unknown: Vec<String>,
    skipped: &'a [String],
    edited: Vec<String>,
    unfinished: Option<JsonUnfinished<'a>>,
}

impl CurrentArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let (checked, graph) = context.selection.directory()?.load()?;
        let url = self.database.url(&checked.config)?;
        let migrator = Migrator::new(&graph)?;
        let status = block_on(async {
            let mut session = open(&url, false).await?;
            standing(&context.terminal, &migrator, &mut *session).await
        })?;
        let current = status.current;
        let pending = status.pending;
        match self.format {
            Format::Human => {
                let places: Vec<usize> =
                    current.iter().filter_map(|id| graph.position(id)).collect();
                let terminal = &context.terminal;
                terminal.print(if terminal.is_verbose() {
                    pages(&graph, places.iter().copied(), None, terminal.width())
                } else {
                    table(&graph, &places, "", terminal.columns())
                });
                let at = if places.is_empty() {
                    "nothing is applied"
                } else if pending.is_empty() {
                    "everything is applied"
                } else {
                    ""
                };
                let summary = match (at, pending.len()) {
                    (at, 0) => at.to_owned(),
                    ("", count) => format!("{} pending", counted(count, "revision")),
                    (at, count) => format!("{at}: {} pending", counted(count, "revision")),
                };
                terminal.summary(format_args!("{summary}\n"));
                if let Some(unfinished) = &status.unfinished {
                    let verb = match unfinished.direction {
                        Direction::Up => "upgrade",
                        Direction::Down => "downgrade",
                    };
                    terminal.warn(format_args!("{unfinished}; `{verb}` goes on with it"));
                }
            }
            Format::Json => context.terminal.json(&Answer::new(CurrentAnswer {
                database: url.to_string(),
                current,
                pending,
                unknown: status.unknown,
                skipped: status
                    .skipped
                    .as_ref()
                    .map_or(&[], |skipped| &skipped.revisions),
                edited: status.edited,
                unfinished: status.unfinished.as_ref().map(JsonUnfinished::of),
            })),
        }
        Ok(Exit::Success)
    }
}
