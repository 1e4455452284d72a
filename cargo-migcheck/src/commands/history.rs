//! `cargo migcheck history`: the graph, drawn.

use clap::Args;
use migcheck_core::RevisionGraph;
use migcheck_db::Migrator;

use super::database::{DatabaseArgs, block_on, open};
use super::listing::{Chosen, list};
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::{Format, draw};

/// Draw the history, the newest revision first
///
/// Where a database is named, `●` is applied there and `○` is pending.
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// What to draw: `a:b`, `a:`, `:b`, or a revision and all that leads to it
    #[arg(value_name = "RANGE", default_value = ":", hide_default_value = true)]
    range: String,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
    #[command(flatten)]
    database: DatabaseArgs,
}

impl HistoryArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let width = context.terminal.columns();
        list(
            context,
            self.format,
            |checked, graph| {
                let mut places = graph.range(&self.range)?;
                if self.format == Format::Json {
                    places.reverse();
                }
                let applied = if self.database.is_named() {
                    Some(self.applied(&self.database.url(&checked.config)?, graph)?)
                } else {
                    None
                };
                Ok(Chosen { places, applied })
            },
            |graph, chosen| draw(graph, &chosen.places, chosen.applied.as_deref(), width),
        )
    }

    fn applied(
        &self,
        url: &migcheck_db::DatabaseUrl,
        graph: &RevisionGraph,
    ) -> Result<Vec<bool>, CommandError> {
        let migrator = Migrator::new(graph)?;
        let current = block_on(async {
            let mut session = open(url, false).await?;
            Ok(migrator.current(&mut *session).await?)
        })?;
        Ok(graph.applied_at(current)?)
    }
}
