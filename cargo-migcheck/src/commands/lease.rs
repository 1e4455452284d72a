//! What keeps other runs out, and how long it is waited for.

use std::time::Duration;

use clap::Args;
use migcheck_core::RevisionGraph;
use migcheck_db::{MigrateError, Migrator};

use super::duration::duration;

/// The lock, or a lease in its place.
#[derive(Debug, Args)]
#[command(next_help_heading = "Database")]
pub(crate) struct LeaseArgs {
    /// Keep other runs out with a row that holds so long, as `10m`, and is renewed: for servers without
    /// locks of a session, such as CockroachDB
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    lease: Option<Duration>,
    /// How long to wait for a run that is on its way: `90s`, `5m`; 60 seconds unless set
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    lock_timeout: Option<Duration>,
}

impl LeaseArgs {
    /// A migrator that takes it so.
    pub(crate) fn migrator(&self, graph: &RevisionGraph) -> Result<Migrator, MigrateError> {
        let migrator = Migrator::new(graph)?.lease(self.lease);
        Ok(match self.lock_timeout {
            Some(timeout) => migrator.lock_timeout(timeout),
            None => migrator,
        })
    }
}
