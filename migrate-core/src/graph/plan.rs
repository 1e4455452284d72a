//! From a set of applied revisions to a target: the unique minimal list of steps.

use std::borrow::Cow;

use super::goal::Goal;
use super::{RevisionGraph, Target, TargetError};
use crate::revision::Direction;

/// One step of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The revision's place in the graph.
    pub revision: usize,
    /// Which of its scripts is run.
    pub direction: Direction,
}

/// The steps that lead to a target, in the order in which they are run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The target names nothing, or more than one thing.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// Applied revisions that the directory does not know.
    #[error("applied, but not in the directory: {}; the database is ahead of this directory, or belongs to another one", .0.join(", "))]
    UnknownApplied(Vec<String>),
    /// Applied revisions whose parents or dependencies are not.
    #[error("applied without what {} on: {}; the history table was edited by hand, or a parent was added later", if .0.len() == 1 { "it builds" } else { "they build" }, .0.join(", "))]
    Contradiction(Vec<String>),
    /// Downwards to something that is not applied.
    #[error("`{0}` is not applied, so there is no way down to it; `upgrade` goes there")]
    NotApplied(String),
    /// Upwards to a target that lies below what is applied.
    #[error("`{0}` leads down from what is applied; `downgrade` goes there")]
    LeadsDown(Target),
    /// Downwards to a target that lies above what is applied.
    #[error("`{0}` leads up from what is applied; `upgrade` goes there")]
    LeadsUp(Target),
}

/// Which way a plan may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

impl RevisionGraph {
    /// Which revisions the ids stand for, as one flag a place.
    ///
    /// # Errors
    ///
    /// An id the directory does not know, or a child without its parent.
    pub fn applied<S: AsRef<str>>(
        &self,
        ids: impl IntoIterator<Item = S>,
    ) -> Result<Vec<bool>, PlanError> {
        let mut applied = vec![false; self.len()];
        let mut unknown = Vec::new();
        for id in ids {
            match self.position(id.as_ref()) {
                Some(at) => applied[at] = true,
                None => unknown.push(id.as_ref().to_owned()),
            }
        }
        if !unknown.is_empty() {
            unknown.sort();
            return Err(PlanError::UnknownApplied(unknown));
        }
        let orphans: Vec<usize> = (0..self.len())
            .filter(|at| {
                applied[*at]
                    && self.revisions()[*at]
                        .prerequisites()
                        .any(|before| !applied[before])
            })
            .collect();
        if orphans.is_empty() {
            Ok(applied)
        } else {
            Err(PlanError::Contradiction(self.ids(&orphans)))
        }
    }

    /// What is applied when these heads are: they and everything they need.
    ///
    /// # Errors
    ///
    /// A name that is no revision's.
    pub fn applied_at<S: AsRef<str>>(
        &self,
        heads: impl IntoIterator<Item = S>,
    ) -> Result<Vec<bool>, PlanError> {
        let mut places = Vec::new();
        for head in heads {
            match head.as_ref() {
                "base" => {}
                "heads" => places.extend(self.heads()),
                // A whole id first: a target looks at every revision, and there can be many heads.
                head => places.push(match self.position(head) {
                    Some(at) => at,
                    None => self.locate(head)?,
                }),
            }
        }
        Ok(self.with_prerequisites(&places))
    }

    /// The revisions that are applied and have nothing applied above them.
    #[must_use]
    pub fn current(&self, applied: &[bool]) -> Vec<usize> {
        let applied = &*self.every_flag(applied);
        // Above a revision that was passed over something may be applied all the same.
        let mut below = vec![false; self.len()];
        for (at, revision) in self.revisions().iter().enumerate().rev() {
            if applied[at] || below[at] {
                revision
                    .parents
                    .iter()
                    .for_each(|before| below[*before] = true);
            }
        }
        (0..self.len())
            .filter(|at| applied[*at] && !below[*at])
            .collect()
    }

    /// The revisions that were passed over: not applied, though what needs them is. There are none in a
    /// set that [`applied`](Self::applied) accepts.
    #[must_use]
    pub fn skipped(&self, applied: &[bool]) -> Vec<usize> {
        let applied = &*self.every_flag(applied);
        let places: Vec<usize> = (0..self.len()).filter(|at| applied[*at]).collect();
        let needed = self.with_prerequisites(&places);
        (0..self.len())
            .filter(|at| needed[*at] && !applied[*at])
            .collect()
    }

    /// The steps upwards to `target`; none where it is already applied.
    ///
    /// # Errors
    ///
    /// The target names nothing, more than one thing, or something below what is applied.
    pub fn plan_upgrade(&self, applied: &[bool], target: &Target) -> Result<Plan, PlanError> {
        self.plan_way(applied, target, Way::Up)
    }

    /// The steps downwards to `target`, which itself stays applied.
    ///
    /// # Errors
    ///
    /// The target names nothing, more than one thing, or something that is not applied.
    pub fn plan_downgrade(&self, applied: &[bool], target: &Target) -> Result<Plan, PlanError> {
        self.plan_way(applied, target, Way::Down)
    }

    fn plan_way(&self, applied: &[bool], target: &Target, way: Way) -> Result<Plan, PlanError> {
        let applied = &*self.every_flag(applied);
        let goal = self.goal(applied, target)?;
        let plan = match (goal, way) {
            (Goal::Stay, _) => Plan::default(),
            (Goal::Reach { places, .. }, Way::Up) => self.upwards(applied, &places),
            (Goal::Reach { places, scope }, Way::Down) => {
                if let Some(at) = places.iter().find(|at| !applied[**at]) {
                    return Err(if target.is_from_current() {
                        PlanError::LeadsUp(target.clone())
                    } else {
                        PlanError::NotApplied(self.revisions()[*at].id.to_string())
                    });
                }
                // What only depends on a target that stays can stay too.
                let mut children: Vec<usize> = places
                    .iter()
                    .flat_map(|at| self.children(*at))
                    .copied()
                    .collect();
                if let Some(scope) = scope {
                    children.retain(|child| scope[*child]);
                }
                self.downwards(applied, &children)
            }
            (Goal::Remove(places), Way::Down) => self.downwards(applied, &places),
            // `upgrade base` and `upgrade -1` are slips of the hand, and must not take anything
            // down.
            (Goal::Remove(places), Way::Up) => {
                if !self.downwards(applied, &places).steps.is_empty() {
                    return Err(PlanError::LeadsDown(target.clone()));
                }
                Plan::default()
            }
        };
        Ok(plan)
    }

    /// A place for which there is no flag is not applied.
    pub(super) fn every_flag<'a>(&self, applied: &'a [bool]) -> Cow<'a, [bool]> {
        match applied.get(..self.len()) {
            Some(applied) => Cow::Borrowed(applied),
            None => {
                let mut applied = applied.to_vec();
                applied.resize(self.len(), false);
                Cow::Owned(applied)
            }
        }
    }

    /// The steps to `target`, upwards or downwards as it lies.
    ///
    /// # Errors
    ///
    /// The target names nothing, or more than one thing.
    pub fn plan(&self, applied: &[bool], target: &Target) -> Result<Plan, PlanError> {
        let applied = &*self.every_flag(applied);
        let upwards = match self.goal(applied, target)? {
            Goal::Reach { places, .. } => places.iter().any(|at| !applied[*at]),
            Goal::Remove(_) | Goal::Stay => false,
        };
        if upwards {
            self.plan_upgrade(applied, target)
        } else {
            self.plan_downgrade(applied, target)
        }
    }

    /// `places` and what they need, as far as it is not applied.
    fn upwards(&self, applied: &[bool], places: &[usize]) -> Plan {
        let needed = self.with_prerequisites(places);
        let steps = (0..self.len())
            .filter(|at| needed[*at] && !applied[*at])
            .map(|revision| Step {
                revision,
                direction: Direction::Up,
            });
        Plan {
            steps: steps.collect(),
        }
    }

    /// `places` and what cannot stay without them, as far as it is applied.
    fn downwards(&self, applied: &[bool], places: &[usize]) -> Plan {
        let going = self.with_dependents(places);
        let steps = (0..self.len())
            .rev()
            .filter(|at| going[*at] && applied[*at])
            .map(|revision| Step {
                revision,
                direction: Direction::Down,
            });
        Plan {
            steps: steps.collect(),
        }
    }
}
