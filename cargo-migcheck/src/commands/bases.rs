//! `cargo migcheck bases`.

use clap::Args;

use super::listing::list;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::{Format, table};

/// List the revisions that the history starts with
///
/// With `--verbose` there is a page for each.
#[derive(Debug, Args)]
pub(crate) struct BasesArgs {
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

impl BasesArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let width = context.terminal.columns();
        list(
            context,
            self.format,
            |_, graph| Ok(graph.bases().into()),
            |graph, chosen| table(graph, &chosen.places, "", width),
        )
    }
}
