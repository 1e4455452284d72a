//! What is remembered of a database between two snapshots, in each dialect's own way.

use migcheck_core::Dialect;
use migcheck_core::split::Statement;

use super::{Snapshot, snapshot};
use crate::{ServerError, Session};

/// A schema that is known, and what is known of its changes.
#[derive(Debug)]
pub(super) enum Memory {
    #[cfg(feature = "postgres")]
    Postgres(super::postgres::Memory),
    #[cfg(feature = "mysql")]
    MySql(super::mysql::Memory),
    #[cfg(feature = "sqlite")]
    Sqlite(super::sqlite::Memory),
}

impl Memory {
    /// Reads everything; without a memory where the next reading has to be of everything too.
    pub(super) async fn read(
        session: &mut dyn Session,
        history_table: &str,
    ) -> Result<(Snapshot, Option<Self>), ServerError> {
        match session.dialect() {
            #[cfg(feature = "postgres")]
            Dialect::Postgres => {
                let (read, memory) = super::postgres::Memory::read(session, history_table).await?;
                Ok((read, memory.map(Self::Postgres)))
            }
            #[cfg(feature = "mysql")]
            Dialect::MySql => {
                let (read, memory) = super::mysql::Memory::read(session, history_table).await?;
                Ok((read, memory.map(Self::MySql)))
            }
            #[cfg(feature = "sqlite")]
            Dialect::Sqlite => {
                let (read, memory) = super::sqlite::Memory::read(session, history_table).await?;
                Ok((read, memory.map(Self::Sqlite)))
            }
            #[allow(unreachable_patterns)]
            _ => Ok((snapshot(session, history_table).await?, None)),
        }
    }

    /// Takes note of statements that were run, in the transaction that is open if it is one; false if
    /// it cannot be told what they changed.
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables))]
    pub(super) async fn watch(
        &mut self,
        session: &mut dyn Session,
        statements: &[Statement<'_>],
        in_transaction: bool,
    ) -> bool {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(memory) => in_transaction && memory.watch(session, statements).await,
            #[cfg(feature = "mysql")]
            Self::MySql(memory) => memory.watch(statements),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(memory) => memory.watch(statements),
            #[allow(unreachable_patterns)]
            _ => false,
        }
    }

    /// Reads again what was touched; nothing, if everything has to be read.
    pub(super) async fn refresh(
        &mut self,
        session: &mut dyn Session,
    ) -> Result<Option<Snapshot>, ServerError> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(memory) => memory.refresh(session).await,
            #[cfg(feature = "mysql")]
            Self::MySql(memory) => memory.refresh(session).await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(memory) => memory.refresh(session).await,
            #[allow(unreachable_patterns)]
            _ => Ok(None),
        }
    }
}
