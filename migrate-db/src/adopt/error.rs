//! Why a history was not taken over.

use super::mismatch::Mismatch;
use super::peer::{Peer, PeerTable};
use crate::empty::some_tables;
use crate::{MigrateError, ServerError};

/// Why a history was not taken over. Nothing is recorded then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdoptError {
    /// There is no table of another tool.
    #[error("{}", nothing(*from, table.as_deref()))]
    NotFound {
        /// The tool that was asked for.
        from: Option<Peer>,
        /// The table that was asked for.
        table: Option<String>,
    },
    /// There are several, and nobody said which.
    #[error("the database has the history of several tools: {}", listed(.0))]
    Several(Vec<PeerTable>),
    /// The server does not tell.
    #[error("the tables of other tools cannot be looked for: {0}")]
    Unsearchable(ServerError),
    /// The table cannot be read.
    #[error("the table `{table}` of {} cannot be read: {error}", table.peer)]
    Unreadable {
        /// The table.
        table: PeerTable,
        /// What the server said.
        error: Box<ServerError>,
    },
    /// The table has nothing to say, and the database has tables that came from somewhere.
    #[error(
        "`{table}` of {} records nothing, but the database has {}",
        table.peer,
        some_tables(tables, *count)
    )]
    Nothing {
        /// The table.
        table: PeerTable,
        /// The first of the others, by name.
        tables: Vec<String>,
        /// How many others there are.
        count: usize,
    },
    /// The table is in another schema than the one that tables are made in, and that one has none.
    #[error(
        "the history of {} is in the schema `{}`, and the one that migrations run in has no tables",
        .0.peer,
        .0.schema.as_deref().unwrap_or_default()
    )]
    Elsewhere(PeerTable),
    /// The table and the directory disagree.
    #[error(
        "the history of {peer} does not match the directory:\n{}",
        lines(mismatches)
    )]
    Mismatched {
        /// Whose history.
        peer: Peer,
        /// Everything they disagree on.
        mismatches: Vec<Mismatch>,
    },
    /// There is a history of migcheck's, and what the table says is not all applied by that.
    #[error(
        "this database has a history of migcheck's already, and `{table}` of {} records what that has not: {}",
        table.peer,
        revisions.join(", ")
    )]
    NotApplied {
        /// The table.
        table: PeerTable,
        /// What it says is applied, in topological order.
        revisions: Vec<String>,
    },
    /// The history table of migcheck cannot be read or written.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
}

impl AdoptError {
    /// What to do next.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NotFound { table: Some(_), .. } => {
                Some("name the table with `--table SCHEMA.NAME`, and its tool with `--from`".into())
            }
            Self::NotFound { .. } => Some(
                "if it has another name, give it with `--table`; `cargo migcheck identify` finds \
                 the revision by the schema alone"
                    .into(),
            ),
            Self::Several(tables) => Some(if several_peers(tables) {
                "say which one counts with `--from`".into()
            } else {
                "say which one counts with `--table`".into()
            }),
            Self::Nothing { .. } => Some(
                "`identify` says at which revision it is, `stamp` records it, and `stamp base` says \
                 that these tables are nobody's business here"
                    .into(),
            ),
            Self::Elsewhere(table) => Some(format!(
                "connect with the search path of what {} has made; or, if that is in schemas that the \
                 scripts name, say so with `--table {}.{}`",
                table.peer,
                table.schema.as_deref().unwrap_or_default(),
                table.name
            )),
            Self::NotApplied { table, .. } => Some(format!(
                "`downgrade` leaves the table of {0} as it is: what it has taken down is not there to be \
                 adopted; if {0} has applied it since, record it with `cargo migcheck stamp REV`",
                table.peer
            )),
            _ => None,
        }
    }
}

fn several_peers(tables: &[PeerTable]) -> bool {
    tables.windows(2).any(|pair| pair[0].peer != pair[1].peer)
}

fn nothing(from: Option<Peer>, table: Option<&str>) -> String {
    match (from, table) {
        (Some(peer), Some(table)) => format!("the database has no table `{table}` of {peer}"),
        (None, Some(table)) => {
            format!("the database has no table `{table}` that a known tool has written")
        }
        (Some(peer), None) => {
            let table = peer.table();
            format!("the database has no history of {peer}, which would be the table `{table}`")
        }
        (None, None) => "the database has no history of another tool".to_owned(),
    }
}

fn listed(tables: &[PeerTable]) -> String {
    let tables = tables
        .iter()
        .map(|table| format!("`{table}` of {}", table.peer));
    tables.collect::<Vec<_>>().join(", ")
}

fn lines(mismatches: &[Mismatch]) -> String {
    let lines = mismatches.iter().map(|one| format!("  {one}"));
    lines.collect::<Vec<_>>().join("\n")
}
