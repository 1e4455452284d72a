//! Whether a database without a history table is an empty one.

use std::fmt;

use crate::ServerError;
use crate::adopt::{self, PeerTable};
use crate::history::HistoryTable;
use crate::session::Session;

/// Tables that somebody else made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Stranger {
    /// The first of them, by name.
    pub tables: Vec<String>,
    /// How many there are.
    pub count: usize,
    /// The history table of another tool.
    pub peer: Option<PeerTable>,
}

/// How many tables are named.
const NAMED: usize = 3;

/// The tables of a database that should have none yet.
pub(crate) async fn stranger(
    session: &mut dyn Session,
    table: &HistoryTable,
) -> Result<Option<Stranger>, ServerError> {
    let rows = session.rows(table.engine.tables(), &[]).await?;
    // The table of a lease is there first.
    let others = |name: &String| name.strip_prefix(&*table.name) != Some("_lock");
    let tables = rows.into_iter().flatten().flatten().filter(others);
    let tables: Vec<String> = tables.collect();
    if tables.is_empty() {
        return Ok(None);
    }
    let mut peers = adopt::tables(session).await?;
    peers.retain(|peer| peer.is_visible && tables.contains(&peer.name));
    let peer = peers.into_iter().next();
    let count = tables.len();
    let not_the_peer = |table: &String| peer.as_ref().is_none_or(|peer| *table != peer.name);
    let named = tables.into_iter().filter(not_the_peer).take(NAMED);
    Ok(Some(Stranger {
        tables: named.collect(),
        count,
        peer,
    }))
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let others = self.count - usize::from(self.peer.is_some());
        f.write_str("the database has no history table, but ")?;
        match others {
            0 => {}
            1 => f.write_str("a table: ")?,
            many => write!(f, "{many} tables: ")?,
        }
        f.write_str(&self.tables.join(", "))?;
        if others > self.tables.len() {
            f.write_str(", …")?;
        }
        if let Some(table) = &self.peer {
            let and = if others > 0 { "; and " } else { "" };
            return write!(
                f,
                "{and}`{table}`, the history of {}; `adopt` takes that over",
                table.peer
            );
        }
        f.write_str(
            "; `identify` says at which revision it is, `stamp` records it, and `stamp base` says \
             that these tables are nobody's business here",
        )
    }
}
