//! `cargo migcheck heads`.

use std::collections::HashSet;

use clap::Args;

use super::listing::list;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::{Format, table};

/// List the revisions that nothing builds on
///
/// With `--verbose` there is a page for each.
#[derive(Debug, Args)]
pub(crate) struct HeadsArgs {
    /// Leave out a head that another revision depends on
    #[arg(long)]
    resolve_dependencies: bool,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

impl HeadsArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let width = context.terminal.columns();
        list(
            context,
            self.format,
            |_, graph| {
                let mut heads = graph.heads();
                if self.resolve_dependencies {
                    let revisions = graph.revisions().iter();
                    let needed: HashSet<usize> = revisions
                        .flat_map(|one| one.depends_on.iter().copied())
                        .collect();
                    heads.retain(|head| !needed.contains(head));
                }
                Ok(heads.into())
            },
            |graph, chosen| table(graph, &chosen.places, "", width),
        )
    }
}
