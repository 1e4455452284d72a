//! `cargo migcheck merge`: a revision that joins heads.

use clap::Args;
use migcheck_core::Stamp;
use migcheck_core::create::{self, Wanted};

use super::creation;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::Format;

/// Write a revision that joins several heads
#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// What to join; without any, every head
    #[arg(value_name = "REV")]
    revisions: Vec<String>,
    /// What to call it, instead of after what it joins
    #[arg(short, long, value_name = "MESSAGE")]
    message: Option<String>,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

impl MergeArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let directory = context.selection.directory()?;
        let (checked, graph) = directory.load()?;
        let parents = self.revisions.iter().map(|name| graph.locate(name));
        let wanted = Wanted {
            parents: parents.collect::<Result<_, _>>()?,
            message: self.message.unwrap_or_default(),
            ..Wanted::default()
        };
        let new = create::merge(&checked, &graph, &wanted, &Stamp::now())
            .map_err(|error| creation::refused(&error, &checked))?;
        creation::write(context, self.format, &directory, &checked, &new, None)
    }
}
