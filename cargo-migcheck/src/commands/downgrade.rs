//! `cargo migcheck downgrade`: take down what is above a target.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use migcheck_core::Direction;

use super::database::{DatabaseArgs, Run, run};
use super::duration::duration;
use super::lease::LeaseArgs;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::Format;

/// Take down what a database has above a target
#[derive(Debug, Args)]
pub(crate) struct DowngradeArgs {
    /// Where to go: a revision, which stays applied, `-1`, `base`
    #[arg(value_name = "TARGET", allow_hyphen_values = true)]
    target: String,
    /// Back the database up into this directory before anything is taken down; without a backup
    /// nothing is run
    #[arg(long, value_name = "DIR")]
    backup: Option<PathBuf>,
    /// Give up on a statement that takes longer: `90s`, `30m`; the next run goes on where this one stopped
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    statement_timeout: Option<Duration>,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    lease: LeaseArgs,
}

impl DowngradeArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let wanted = Run {
            database: &self.database,
            lease: &self.lease,
            direction: Direction::Down,
            target: &self.target,
            create: false,
            // A target that is named says what goes down.
            allow_ahead: false,
            backup: self.backup.as_deref(),
            statement_timeout: self.statement_timeout,
            format: self.format,
        };
        run(context, &wanted)
    }
}
