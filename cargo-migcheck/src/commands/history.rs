//! `cargo migcheck history`: the graph, drawn.

use clap::Args;

use super::listing::list;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::{Format, draw};

/// Draw the history, the newest revision first
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// What to draw: `a:b`, `a:`, `:b`, or a revision and all that leads to it
    #[arg(value_name = "RANGE", default_value = ":", hide_default_value = true)]
    range: String,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

impl HistoryArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let width = context.terminal.columns();
        let newest_first = self.format == Format::Json;
        list(
            context,
            self.format,
            |graph| {
                let mut places = graph.range(&self.range)?;
                if newest_first {
                    places.reverse();
                }
                Ok(places)
            },
            |graph, places| draw(graph, places, width),
        )
    }
}
