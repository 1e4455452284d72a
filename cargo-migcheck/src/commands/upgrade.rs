//! `cargo migcheck upgrade`: apply what a target needs, to a database or to many.

mod fleet;
mod progress;

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
use fleet::FleetArgs;

/// Apply what a target needs and a database does not have
///
/// A revision that came into the directory below applied ones stops it. It is applied, out of order, where
/// it is the target itself.
#[derive(Debug, Args)]
pub(crate) struct UpgradeArgs {
    /// Where to go: `head`, `heads`, a revision, `+1`, `ID+2`, `label@head`
    #[arg(value_name = "TARGET", default_value = "head")]
    target: String,
    /// Make the SQLite file if it is not there
    #[arg(long)]
    create: bool,
    /// Back the database up into this directory before something is dropped, deleted or overwritten; without a backup
    /// nothing is run
    #[arg(long, value_name = "DIR", conflicts_with = "databases_file")]
    backup: Option<PathBuf>,
    /// Go on where a newer release has applied revisions that are not here
    #[arg(long)]
    allow_ahead: bool,
    /// Give up on a statement that takes longer: `90s`, `30m`; the next run goes on where this one stopped
    #[arg(long, value_name = "DURATION", value_parser = duration, conflicts_with = "databases_file")]
    statement_timeout: Option<Duration>,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    lease: LeaseArgs,
    #[command(flatten)]
    fleet: FleetArgs,
}

impl UpgradeArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        if let Some(list) = self.fleet.list()? {
            let (target, create, format) = (&*self.target, self.create, self.format);
            let migrator =
                |graph: &_| Ok(self.lease.migrator(graph)?.allow_ahead(self.allow_ahead));
            return self
                .fleet
                .run(context, &list, target, create, migrator, format);
        }
        let wanted = Run {
            database: &self.database,
            lease: &self.lease,
            direction: Direction::Up,
            target: &self.target,
            create: self.create,
            allow_ahead: self.allow_ahead,
            backup: self.backup.as_deref(),
            statement_timeout: self.statement_timeout,
            format: self.format,
        };
        run(context, &wanted)
    }
}
