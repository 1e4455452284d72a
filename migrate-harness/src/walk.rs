//! The walk over the revisions in one scratch database, stair by stair.
//!
//! Going down revision by revision finds what a whole way down hides: an early `DROP TABLE` removes
//! what a later downgrade left behind.

mod branches;
mod found;
mod ground;
mod joins;
mod rebuild;
mod rows;
mod stair;
mod touches;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::RoundTripError;
use crate::pieces::Share;
use crate::report::Stair;
use found::{Fault, Found};
use joins::Joins;
use migcheck_core::{Direction, Outcome, Severity};
use rebuild::Base;

pub(crate) use ground::{Course, Ground};

/// Which stairs there are to walk.
#[derive(Debug, Clone)]
pub(crate) struct Stairs {
    /// Those that are checked.
    pub(crate) checked: Vec<bool>,
    /// Those that are climbed at least: what is checked, and what it needs.
    pub(crate) climbed: Vec<bool>,
}

impl Stairs {
    /// How many are checked.
    pub(crate) fn count(&self) -> usize {
        self.checked.iter().filter(|checked| **checked).count()
    }

    /// The place behind the last one that is checked.
    pub(crate) fn end(&self) -> usize {
        let last = self.checked.iter().rposition(|checked| *checked);
        last.map_or(0, |last| last + 1)
    }
}

/// One walk: a share of the stairs, in a database of its own.
pub(crate) struct Walk<'a> {
    course: Course<'a>,
    stairs: &'a Stairs,
    /// The stairs that are walked; others are climbed without a word, because somebody else walks there.
    share: Share<'a>,
    /// The merges, of which those of the share are walked.
    joins: Joins,
    standing: Standing,
    /// What upgrades made with rows in the tables, as the walk itself goes.
    base: Option<Base>,
    /// What upgrades made of empty tables.
    bare: Option<Base>,
    on_stair: &'a mut (dyn FnMut(Stair) + Send),
    late: Vec<Stair>,
    /// The tables without rows that were told of.
    unfilled: HashSet<String>,
}

/// Where the walk stands.
struct Standing {
    /// The revisions whose upgrades are in the database.
    applied: Vec<bool>,
    /// The revisions that could not be applied, each with the one that is to blame.
    missing: Vec<Option<usize>>,
    /// The revisions whose upgrades pass on empty tables alone.
    fails_on_rows: Vec<bool>,
}

/// What the next stair starts from.
enum Next {
    /// The database as it is.
    Here,
    /// A database made anew, because this one is not what upgrades alone would have made.
    Rebuilt,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(
        course: Course<'a>,
        stairs: &'a Stairs,
        share: Share<'a>,
        on_stair: &'a mut (dyn FnMut(Stair) + Send),
    ) -> Self {
        let count = course.graph.len();
        Self {
            course,
            stairs,
            share,
            joins: Joins::of(course.graph, stairs),
            standing: Standing {
                applied: vec![false; count],
                missing: vec![None; count],
                fails_on_rows: vec![false; count],
            },
            base: None,
            bare: None,
            on_stair,
            late: Vec::new(),
            unfilled: HashSet::new(),
        }
    }

    /// Walks the share. Returns what was found of revisions whose turn was over, or is another's.
    pub(crate) async fn run(mut self) -> Result<Vec<Stair>, RoundTripError> {
        let mut ground = Ground::fresh(self.course).await?;
        let mut next = Next::Here;
        for at in 0..self.share.end() {
            if self.share.is_over(at) {
                break;
            }
            if !self.stairs.climbed[at] {
                continue;
            }
            let is_checked = self.stairs.checked[at] && self.share.takes(at);
            let started = Instant::now();
            let mut found = Found::default();
            if matches!(next, Next::Rebuilt) {
                ground = self.rebuild(ground, at).await?;
                next = Next::Here;
            }
            if let Some(blamed) = self.blamed(at) {
                self.standing.missing[at] = Some(blamed);
                let culprit = &self.course.revision(blamed).id;
                let reason = format!("it builds on `{culprit}`, which could not be applied");
                found.add(Fault {
                    blames: Some(blamed),
                    ..Fault::new(Outcome::NotReached).reason(reason)
                });
            } else if is_checked {
                next = self.stair(&mut ground, at, &mut found).await?;
            } else {
                next = self.climb(&mut ground, at, &mut found).await?;
            }
            if matches!(next, Next::Here) && self.standing.applied[at] {
                self.settle(&mut ground, at, &mut found).await?;
            }
            // Of what is only climbed, that counts which is in the way of others.
            let is_in_the_way =
                self.standing.missing[at] == Some(at) || found.has(Outcome::FixtureFails);
            if is_checked || is_in_the_way {
                self.tell(at, found, started.elapsed());
            }
        }
        ground.finish(self.course).await?;
        ground.remove().await?;
        self.branches().await?;
        for base in [self.base, self.bare].into_iter().flatten() {
            base.remove().await?;
        }
        Ok(self.late)
    }

    /// The revision that keeps the one at `at` from being applied.
    fn blamed(&self, at: usize) -> Option<usize> {
        let mut before = self.course.revision(at).prerequisites();
        before.find_map(|before| self.standing.missing[before])
    }

    fn tell(&mut self, at: usize, mut found: Found, took: Duration) {
        if self.course.graph.settings().column_order == Severity::Allow {
            let is_order = |fault: &Fault| fault.outcome == Outcome::ColumnOrderDiffers;
            found.faults.retain(|fault| !is_order(fault));
        }
        if found.faults.is_empty() {
            found.add(Fault::new(Outcome::Passed));
        }
        let mut notes = found.notes;
        for fault in found.faults {
            let mut stair = self.told(at, fault, took);
            stair.notes.append(&mut notes);
            if self.share.has(at) {
                (self.on_stair)(stair);
            } else {
                self.late.push(stair);
            }
        }
    }

    /// Records what is found of a revision after its turn.
    fn late(&mut self, at: usize, fault: Fault) {
        let stair = self.told(at, fault, Duration::ZERO);
        self.late.push(stair);
    }

    fn told(&self, at: usize, fault: Fault, took: Duration) -> Stair {
        let revision = self.course.revision(at);
        let direction = match fault.outcome {
            Outcome::DowngradeLeavesResidue
            | Outcome::ColumnOrderDiffers
            | Outcome::LosesRows
            | Outcome::LosesValues => Direction::Down,
            _ => Direction::Up,
        };
        let script = || revision.script(direction, self.course.server.dialect());
        Stair {
            revision: revision.id.to_string(),
            server: self.course.server.name().to_owned(),
            outcome: fault.outcome,
            severity: match fault.outcome {
                Outcome::ColumnOrderDiffers => self.course.graph.settings().column_order,
                outcome => outcome.default_severity(),
            },
            took,
            script: match &fault.error {
                Some(error) => Some(Arc::clone(&error.source)),
                None => script().map(|script| Arc::clone(&script.source)),
            },
            diff: fault.diff,
            error: fault.error,
            reason: fault.reason,
            notes: Vec::new(),
            known: None,
            blames: fault
                .blames
                .map(|blamed| self.course.revision(blamed).id.to_string()),
        }
    }
}
