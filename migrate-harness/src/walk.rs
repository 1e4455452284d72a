//! The walk over the revisions in one scratch database, stair by stair.
//!
//! Going down revision by revision finds what a whole way down hides: an early `DROP TABLE` removes
//! what a later downgrade left behind.

use std::sync::Arc;
use std::time::Instant;

use migcheck_core::{Direction, Revision, RevisionGraph};
use migcheck_db::{SchemaDiff, ScriptError, Session, Snapshot, diff, run_script, snapshot};

use crate::error::RoundTripError;
use crate::report::{Outcome, Stair};
use crate::scratch::Scratch;
use crate::server::Server;

pub(crate) struct Walk<'a> {
    graph: &'a RevisionGraph,
    server: &'a Server,
    /// The revisions whose upgrades are in the database.
    applied: Vec<bool>,
    /// The revisions that could not be applied, each with the one that is to blame.
    missing: Vec<Option<usize>>,
}

/// The database the walk is in.
struct Ground {
    scratch: Scratch,
    session: Box<dyn Session>,
    /// Its schema, where it is known.
    schema: Option<Arc<Snapshot>>,
}

/// What was found on one stair.
#[derive(Default)]
struct Found {
    faults: Vec<Fault>,
}

/// One outcome, and what shows it.
struct Fault {
    outcome: Outcome,
    diff: Option<SchemaDiff>,
    error: Option<ScriptError>,
    reason: Option<String>,
}

impl Fault {
    fn new(outcome: Outcome) -> Self {
        Self {
            outcome,
            diff: None,
            error: None,
            reason: None,
        }
    }
}

impl Found {
    fn error(&mut self, outcome: Outcome, error: ScriptError) {
        self.faults.push(Fault {
            error: Some(error),
            ..Fault::new(outcome)
        });
    }

    fn reason(&mut self, outcome: Outcome, reason: String) {
        self.faults.push(Fault {
            reason: Some(reason),
            ..Fault::new(outcome)
        });
    }

    /// Records a difference, if there is one; returns whether it is more than one of order.
    fn difference(&mut self, outcome: Outcome, diff: SchemaDiff) -> bool {
        if diff.is_empty() {
            return false;
        }
        let only_order = diff.only_column_order();
        let outcome = if only_order {
            Outcome::ColumnOrderDiffers
        } else {
            outcome
        };
        // The second pass over a column that moved shows the same again.
        let is_known = self.faults.iter().any(|fault| fault.outcome == outcome);
        if !(only_order && is_known) {
            self.faults.push(Fault {
                diff: Some(diff),
                ..Fault::new(outcome)
            });
        }
        !only_order
    }
}

/// What the next stair starts from.
enum Next {
    /// The database as it is.
    Here,
    /// A database made anew, because this one is not what upgrades alone would have made.
    Rebuilt,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(graph: &'a RevisionGraph, server: &'a Server) -> Self {
        Self {
            server,
            applied: vec![false; graph.len()],
            missing: vec![None; graph.len()],
            graph,
        }
    }

    /// Walks all stairs; those that are not `selected` are climbed and not checked.
    pub(crate) async fn run(
        mut self,
        selected: &[bool],
        on_stair: &mut dyn FnMut(Stair),
    ) -> Result<(), RoundTripError> {
        let last = selected.iter().rposition(|selected| *selected);
        let mut ground = self.fresh().await?;
        for (at, revision) in self.graph.revisions().iter().enumerate() {
            if last.is_none_or(|last| at > last) {
                break;
            }
            let started = Instant::now();
            let mut found = Found::default();
            let blamed = revision
                .prerequisites()
                .find_map(|before| self.missing[before]);
            let next = match blamed {
                Some(blamed) => {
                    self.missing[at] = Some(blamed);
                    let culprit = &self.graph.revisions()[blamed].id;
                    let reason = format!("it builds on `{culprit}`, which could not be applied");
                    found.reason(Outcome::NotReached, reason);
                    Next::Here
                }
                None if selected[at] => self.stair(&mut ground, at, revision, &mut found).await?,
                None => self.climb(&mut ground, at, revision, &mut found).await?,
            };
            if selected[at] || !found.faults.is_empty() {
                self.tell(revision, found, started, on_stair);
            }
            if matches!(next, Next::Rebuilt) {
                ground = self.rebuild(ground).await?;
            }
        }
        Ok(ground.scratch.remove().await?)
    }

    fn tell(
        &self,
        revision: &Revision,
        mut found: Found,
        started: Instant,
        on_stair: &mut dyn FnMut(Stair),
    ) {
        if found.faults.is_empty() {
            found.faults.push(Fault::new(Outcome::Passed));
        }
        for fault in found.faults {
            on_stair(Stair {
                revision: revision.id.to_string(),
                server: self.server.name().to_owned(),
                outcome: fault.outcome,
                took: started.elapsed(),
                diff: fault.diff,
                error: fault.error,
                reason: fault.reason,
            });
        }
    }

    /// Up, down, up; the schema is looked at before and after each.
    async fn stair(
        &mut self,
        ground: &mut Ground,
        at: usize,
        revision: &Revision,
        found: &mut Found,
    ) -> Result<Next, RoundTripError> {
        let before = self.schema(ground).await?;
        let next = self.climb(ground, at, revision, found).await?;
        if !self.applied[at] {
            return Ok(next);
        }
        let after = self.schema(ground).await?;
        let dialect = self.server.dialect();
        let Some(down) = revision.script(Direction::Down, dialect) else {
            let reason = match &revision.irreversible {
                Some(reason) => reason.clone(),
                None => "it has no down script".to_owned(),
            };
            found.reason(Outcome::Irreversible, reason);
            return Ok(Next::Here);
        };
        let id = revision.id.as_str();
        if let Err(error) = run_script(&mut *ground.session, id, down).await {
            found.error(Outcome::DowngradeFails, error);
            // Also where the schema is what it was: rows may have been committed before the failure.
            return Ok(Next::Rebuilt);
        }
        ground.schema = None;
        let down_again = self.schema(ground).await?;
        let mut harmed =
            found.difference(Outcome::DowngradeLeavesResidue, diff(&before, &down_again));
        let Some(up) = revision.script(Direction::Up, dialect) else {
            return Ok(Next::Here);
        };
        ground.schema = None;
        if let Err(error) = run_script(&mut *ground.session, id, up).await {
            found.error(Outcome::ReUpgradeFails, error);
            return Ok(Next::Rebuilt);
        }
        let up_again = self.schema(ground).await?;
        let differs = diff(&after, &up_again);
        // What a downgrade left behind is there after the next upgrade as well: one fault, not two.
        if harmed {
            harmed = !differs.is_empty();
        } else {
            harmed = found.difference(Outcome::ReUpgradeDiffers, differs);
        }
        Ok(if harmed { Next::Rebuilt } else { Next::Here })
    }

    /// Up alone.
    async fn climb(
        &mut self,
        ground: &mut Ground,
        at: usize,
        revision: &Revision,
        found: &mut Found,
    ) -> Result<Next, RoundTripError> {
        let dialect = self.server.dialect();
        let Some(up) = revision.script(Direction::Up, dialect) else {
            self.missing[at] = Some(at);
            let reason = format!("it has no up script for {dialect}");
            found.reason(Outcome::NotReached, reason);
            return Ok(Next::Here);
        };
        ground.schema = None;
        match run_script(&mut *ground.session, revision.id.as_str(), up).await {
            Ok(()) => {
                self.applied[at] = true;
                Ok(Next::Here)
            }
            Err(error) => {
                found.error(Outcome::UpgradeFails, error);
                self.missing[at] = Some(at);
                Ok(Next::Rebuilt)
            }
        }
    }

    /// The schema as it is now.
    async fn schema(&self, ground: &mut Ground) -> Result<Arc<Snapshot>, RoundTripError> {
        if let Some(schema) = &ground.schema {
            return Ok(Arc::clone(schema));
        }
        let table = &self.graph.settings().history_table;
        let read = snapshot(&mut *ground.session, table).await;
        let schema = Arc::new(read.map_err(|error| RoundTripError::Snapshot {
            server: self.server.name().to_owned(),
            error,
        })?);
        ground.schema = Some(Arc::clone(&schema));
        Ok(schema)
    }

    async fn fresh(&self) -> Result<Ground, RoundTripError> {
        let scratch = self.server.scratch().await?;
        let session = scratch.connect().await?;
        Ok(Ground {
            scratch,
            session,
            schema: None,
        })
    }

    /// A database made by the upgrades alone. An upgrade that passed and fails now depends on more
    /// than the revisions before it; what builds on it cannot be reached any more.
    async fn rebuild(&mut self, old: Ground) -> Result<Ground, RoundTripError> {
        drop(old.session);
        old.scratch.remove().await?;
        let mut ground = self.fresh().await?;
        for (at, revision) in self.graph.revisions().iter().enumerate() {
            if !self.applied[at] {
                continue;
            }
            let up = revision.script(Direction::Up, self.server.dialect());
            let blocked = revision.prerequisites().any(|before| !self.applied[before]);
            let ran = match up {
                Some(up) if !blocked => run_script(&mut *ground.session, revision.id.as_str(), up)
                    .await
                    .is_ok(),
                _ => false,
            };
            if !ran {
                self.applied[at] = false;
                self.missing[at] = Some(at);
            }
        }
        Ok(ground)
    }
}
