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
pub(crate) const NAMED: usize = 3;

/// The tables of a database that should have none yet.
pub(crate) async fn stranger(
    session: &mut dyn Session,
    table: &HistoryTable,
) -> Result<Option<Stranger>, ServerError> {
    let tables = tables(session, table).await?;
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

/// The tables of a database that has no history.
pub(crate) async fn tables(
    session: &mut dyn Session,
    table: &HistoryTable,
) -> Result<Vec<String>, ServerError> {
    let rows = session.rows(table.engine.tables(), &[]).await?;
    // The table of a lease is there first.
    let others = |name: &String| name.strip_prefix(&*table.name) != Some("_lock");
    let tables = rows.into_iter().flatten().flatten().filter(others);
    Ok(tables.collect())
}

/// The first of several tables, in words.
pub(crate) fn some_tables(named: &[String], count: usize) -> String {
    let how_many = match count {
        1 => "a table".to_owned(),
        many => format!("{many} tables"),
    };
    let more = if count > named.len() { ", …" } else { "" };
    format!("{how_many}: {}{more}", named.join(", "))
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let others = self.count - usize::from(self.peer.is_some());
        f.write_str("the database has no history table, but ")?;
        if others > 0 {
            f.write_str(&some_tables(&self.tables, others))?;
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
