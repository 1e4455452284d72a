//! What keeps other runs out where the server has no locks of a session.

use std::time::Duration;

use clap::Args;
use migcheck_core::RevisionGraph;
use migcheck_db::{MigrateError, Migrator};

use super::duration::duration;

/// A lease in the place of a lock.
#[derive(Debug, Args)]
#[command(next_help_heading = "Database")]
pub(crate) struct LeaseArgs {
    /// Keep other runs out with a row that holds so long, as `10m`, and is renewed: for servers without
    /// locks of a session, such as CockroachDB
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    lease: Option<Duration>,
}

impl LeaseArgs {
    /// A migrator that takes it.
    pub(crate) fn migrator(&self, graph: &RevisionGraph) -> Result<Migrator, MigrateError> {
        Ok(Migrator::new(graph)?.lease(self.lease))
    }
}
