//! `cargo migcheck history`: the graph, drawn.

use clap::Args;
use migcheck_core::RevisionGraph;
use migcheck_db::{DatabaseUrl, Migrator};

use super::database::{self, DatabaseArgs, block_on, open};
use super::listing::{Chosen, list};
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::{Format, Standing, Terminal, draw};

/// Draw the history, the newest revision first
///
/// Where a database is named, `●` is applied there, `○` is pending, and `(current)` is where it
/// is, which `current` names in a range. With `--verbose` there is a page for each revision.
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// What to draw: `a:b`, `a:`, `:b`, or a revision and all that leads to it
    #[arg(
        value_name = "RANGE",
        default_value = ":",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    range: String,
    /// Insist on a database to mark the current revisions of
    #[arg(short, long)]
    indicate_current: bool,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
    #[command(flatten)]
    database: DatabaseArgs,
}

impl HistoryArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let width = context.terminal.columns();
        let is_drawn = self.format == Format::Human && !context.terminal.is_verbose();
        list(
            context,
            self.format,
            |checked, graph| {
                let standing = if self.database.is_named() || self.indicate_current {
                    let url = self.database.url(&checked.config)?;
                    Some(standing(&context.terminal, &url, graph)?)
                } else {
                    None
                };
                let applied = standing.as_ref().map(|standing| &*standing.applied);
                let mut places = graph.range_at(&self.range, applied)?;
                if !is_drawn {
                    places.reverse();
                }
                Ok(Chosen { places, standing })
            },
            |graph, chosen| draw(graph, &chosen.places, chosen.standing.as_ref(), width),
        )
    }
}

fn standing(
    terminal: &Terminal,
    url: &DatabaseUrl,
    graph: &RevisionGraph,
) -> Result<Standing, CommandError> {
    let migrator = Migrator::new(graph)?;
    let status = block_on(async {
        let mut session = open(url, false).await?;
        database::standing(terminal, &migrator, &mut *session).await
    })?;
    Ok(Standing::of(graph, &status))
}
