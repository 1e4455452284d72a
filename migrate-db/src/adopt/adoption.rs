//! From a tool's table to migcheck's history.

use std::collections::HashSet;

use migcheck_core::RevisionGraph;

use super::error::AdoptError;
use super::find::{Wanted, find};
use super::matching::{Matched, matched};
use super::mismatch::Mismatch;
use super::peer::PeerTable;
use crate::empty::{self, NAMED};
use crate::run::Run;
use crate::{Migrator, Session};

/// What another tool's history says of a directory's revisions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Adoption {
    /// The table that says so.
    pub table: PeerTable,
    /// The revisions it says are applied, in topological order.
    pub revisions: Vec<String>,
    /// How many of their scripts are, by the tool's checksums, the ones that were applied. Where it
    /// keeps none, that is taken on trust.
    pub verified: usize,
    /// What keeps it from being recorded; nothing, if everything matches.
    pub mismatches: Vec<Mismatch>,
}

/// What [`Adoption::record`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recorded {
    /// The revisions are in migcheck's history now.
    Now {
        /// The heads that are applied now.
        current: Vec<String>,
    },
    /// They were there before, and nothing was written.
    Before {
        /// The heads that are applied.
        current: Vec<String>,
        /// What is applied besides, in topological order: migcheck has gone on from there.
        beyond: Vec<String>,
    },
}

/// Reads the history of another tool and holds it against the revisions of `graph`. Nothing is
/// written.
///
/// # Errors
///
/// There is no such table, there are several, or it cannot be read; or it records nothing, in a database
/// that has other tables and no history of migcheck's; or it was not asked for by its name, and is in
/// another schema than the one that tables are made in, which has none. That it does not match is no error here: see
/// [`Adoption::mismatches`].
pub async fn look(
    session: &mut dyn Session,
    graph: &RevisionGraph,
    wanted: &Wanted,
) -> Result<Adoption, AdoptError> {
    let dialect = session.dialect();
    let table = find(session, wanted).await?;
    let tool = table.peer.tool();
    let query = tool.query(&table.quoted(dialect), dialect);
    let rows = match session.rows(&query, &[]).await {
        Ok(rows) => rows,
        Err(error) => {
            let error = Box::new(error);
            return Err(AdoptError::Unreadable { table, error });
        }
    };
    let Matched {
        applied,
        verified,
        mismatches,
    } = matched(tool, &tool.claims(rows), graph, dialect);
    let revisions = graph.ids(&places(&applied));
    if revisions.is_empty() && mismatches.is_empty() {
        refuse_others(session, graph, &table).await?;
    }
    if !revisions.is_empty() && wanted.table.is_none() {
        refuse_elsewhere(session, graph, &table).await?;
    }
    Ok(Adoption {
        table,
        revisions,
        verified,
        mismatches,
    })
}

/// That a database of which a tool knows nothing has no other tables: once it is at base, all of them
/// would be made again.
async fn refuse_others(
    session: &mut dyn Session,
    graph: &RevisionGraph,
    table: &PeerTable,
) -> Result<(), AdoptError> {
    let migrator = Migrator::new(graph)?;
    if migrator.status(&mut *session).await?.has_history {
        return Ok(());
    }
    let history = Run::new(&migrator, session)?.table;
    let tables = empty::tables(session, &history).await;
    let mut tables = tables.map_err(AdoptError::Unsearchable)?;
    tables.retain(|name| !(table.is_visible && *name == table.name));
    let count = tables.len();
    tables.truncate(NAMED);
    match count {
        0 => Ok(()),
        _ => Err(AdoptError::Nothing {
            table: table.clone(),
            tables,
            count,
        }),
    }
}

/// That a schema without any table, as a new tenant's is, is not taken for what another schema's table
/// tells of.
async fn refuse_elsewhere(
    session: &mut dyn Session,
    graph: &RevisionGraph,
    table: &PeerTable,
) -> Result<(), AdoptError> {
    let history = Run::new(&Migrator::new(graph)?, &mut *session)?.table;
    let tables = empty::tables(session, &history).await;
    match tables.map_err(AdoptError::Unsearchable)?.is_empty() {
        true => Err(AdoptError::Elsewhere(table.clone())),
        false => Ok(()),
    }
}

impl Adoption {
    /// Records the revisions in a database that has no history of migcheck's yet. Nothing is run, and
    /// the tool's table stays as it is.
    ///
    /// # Errors
    ///
    /// [`AdoptError::Mismatched`], if anything does not match; as [`Adoption::before`]; or the history
    /// table cannot be written.
    pub async fn record(
        &self,
        migrator: &Migrator,
        session: &mut dyn Session,
    ) -> Result<Recorded, AdoptError> {
        if !self.mismatches.is_empty() {
            return Err(AdoptError::Mismatched {
                peer: self.table.peer,
                mismatches: self.mismatches.clone(),
            });
        }
        if let Some(before) = self.before(migrator, &mut *session).await? {
            return Ok(before);
        }
        let report = migrator.stamp_revisions(session, &self.revisions).await?;
        Ok(Recorded::Now {
            current: report.current,
        })
    }

    /// What migcheck's history says already; nothing where there is none. It changes nothing.
    ///
    /// # Errors
    ///
    /// [`AdoptError::NotApplied`], if the history has not all of the revisions: what `downgrade` has taken
    /// down stands in the tool's table still. Else the history table cannot be read.
    pub async fn before(
        &self,
        migrator: &Migrator,
        session: &mut dyn Session,
    ) -> Result<Option<Recorded>, AdoptError> {
        let status = migrator.status(session).await?;
        if !status.has_history {
            return Ok(None);
        }
        let pending: HashSet<&String> = status.pending.iter().collect();
        let missing = self.revisions.iter().filter(|id| pending.contains(id));
        let missing: Vec<String> = missing.cloned().collect();
        if !missing.is_empty() {
            return Err(AdoptError::NotApplied {
                table: self.table.clone(),
                revisions: missing,
            });
        }
        let adopted: HashSet<&String> = self.revisions.iter().collect();
        let every = migrator.graph().revisions().iter();
        let every = every.map(|revision| revision.id.to_string());
        let beyond = every.filter(|id| !pending.contains(id) && !adopted.contains(id));
        Ok(Some(Recorded::Before {
            beyond: beyond.collect(),
            current: status.current,
        }))
    }
}

fn places(applied: &[bool]) -> Vec<usize> {
    (0..applied.len()).filter(|at| applied[*at]).collect()
}
