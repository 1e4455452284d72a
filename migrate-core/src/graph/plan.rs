//! From a set of applied revisions to a target: the unique minimal list of steps.

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
}

/// Which way a plan may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

/// Where a target leads: what shall be applied, or what shall no longer be.
enum Goal {
    /// These and what they need.
    Reach(Vec<usize>),
    /// Everything that cannot stay without these, and these.
    Remove(Vec<usize>),
    /// Steps that are already known.
    Steps(Vec<Step>),
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
                head => places.push(self.locate(head)?),
            }
        }
        Ok(self.with_prerequisites(&places))
    }

    /// The revisions that are applied and have no applied child.
    #[must_use]
    pub fn current(&self, applied: &[bool]) -> Vec<usize> {
        let is_applied = |at: usize| applied.get(at).copied().unwrap_or(false);
        (0..self.len())
            .filter(|at| {
                is_applied(*at) && !self.children(*at).iter().any(|child| is_applied(*child))
            })
            .collect()
    }

    /// The steps upwards to `target`; none where it is already applied.
    ///
    /// # Errors
    ///
    /// The target names nothing, or more than one thing.
    pub fn plan_upgrade(&self, applied: &[bool], target: &Target) -> Result<Plan, PlanError> {
        let goal = self.goal(applied, target, Way::Up)?;
        Ok(self.steps(applied, goal, Way::Up))
    }

    /// The steps downwards to `target`, which itself stays applied.
    ///
    /// # Errors
    ///
    /// The target names nothing, more than one thing, or something that is not applied.
    pub fn plan_downgrade(&self, applied: &[bool], target: &Target) -> Result<Plan, PlanError> {
        let goal = self.goal(applied, target, Way::Down)?;
        Ok(self.steps(applied, goal, Way::Down))
    }

    /// The steps to `target`, upwards or downwards as it lies.
    ///
    /// # Errors
    ///
    /// The target names nothing, or more than one thing.
    pub fn plan(&self, applied: &[bool], target: &Target) -> Result<Plan, PlanError> {
        let upwards = match target {
            Target::Base => false,
            Target::Relative(None, offset) => *offset >= 0,
            Target::Within(_, inner) if **inner == Target::Base => false,
            Target::Within(_, inner) if matches!(**inner, Target::Relative(None, offset) if offset < 0) => {
                false
            }
            _ => match self.goal(applied, target, Way::Up)? {
                Goal::Reach(places) => places.iter().any(|at| !applied[*at]),
                Goal::Remove(_) => false,
                Goal::Steps(_) => true,
            },
        };
        if upwards {
            self.plan_upgrade(applied, target)
        } else {
            self.plan_downgrade(applied, target)
        }
    }

    fn steps(&self, applied: &[bool], goal: Goal, way: Way) -> Plan {
        let steps = match goal {
            Goal::Steps(steps) => steps,
            Goal::Reach(places) if way == Way::Up => {
                let needed = self.with_prerequisites(&places);
                let step = |revision| Step {
                    revision,
                    direction: Direction::Up,
                };
                (0..self.len())
                    .filter(|at| needed[*at] && !applied[*at])
                    .map(step)
                    .collect()
            }
            Goal::Reach(places) => {
                let mut going = self.with_dependents(&places);
                places.iter().for_each(|at| going[*at] = false);
                self.downwards(applied, &going)
            }
            Goal::Remove(places) => self.downwards(applied, &self.with_dependents(&places)),
        };
        Plan { steps }
    }

    fn downwards(&self, applied: &[bool], going: &[bool]) -> Vec<Step> {
        let step = |revision| Step {
            revision,
            direction: Direction::Down,
        };
        (0..self.len())
            .rev()
            .filter(|at| going[*at] && applied[*at])
            .map(step)
            .collect()
    }

    fn goal(&self, applied: &[bool], target: &Target, way: Way) -> Result<Goal, PlanError> {
        let everywhere = vec![true; self.len()];
        let goal = match target {
            Target::Head => Goal::Reach(vec![self.single_head(&everywhere)?]),
            Target::Heads => Goal::Reach(self.heads()),
            Target::Base => Goal::Remove(self.bases()),
            Target::Current => Goal::Steps(Vec::new()),
            Target::Named(name) => Goal::Reach(vec![self.find(name)?]),
            Target::Relative(None, offset) => Goal::Steps(self.relative(applied, *offset, None)?),
            Target::Relative(Some(start), offset) => self.offset(applied, start, *offset)?,
            Target::Within(label, inner) => self.within(applied, label, inner, way)?,
        };
        if let (Way::Down, Goal::Reach(places)) = (way, &goal)
            && let Some(at) = places.iter().find(|at| !applied[**at])
        {
            return Err(PlanError::NotApplied(self.revisions()[*at].id.to_string()));
        }
        Ok(goal)
    }

    fn single_head(&self, within: &[bool]) -> Result<usize, TargetError> {
        let heads: Vec<usize> = self.heads().into_iter().filter(|at| within[*at]).collect();
        match heads.as_slice() {
            [one] => Ok(*one),
            [] => Err(TargetError::Unknown {
                name: "head".to_owned(),
                nearest: None,
            }),
            several => Err(TargetError::SeveralHeads(self.ids(several))),
        }
    }

    fn within(
        &self,
        applied: &[bool],
        label: &str,
        inner: &Target,
        way: Way,
    ) -> Result<Goal, PlanError> {
        let branch = self.branch(label)?;
        Ok(match inner {
            Target::Head => Goal::Reach(vec![self.single_head(&branch)?]),
            Target::Heads => {
                Goal::Reach(self.heads().into_iter().filter(|at| branch[*at]).collect())
            }
            Target::Base => Goal::Remove(vec![self.find(label)?]),
            Target::Relative(None, offset) => {
                Goal::Steps(self.relative(applied, *offset, Some(label))?)
            }
            other => self.goal(applied, other, way)?,
        })
    }

    /// `+n` and `-n`: so many steps from what is applied, each of which has to be the only one.
    fn relative(
        &self,
        applied: &[bool],
        offset: i64,
        label: Option<&str>,
    ) -> Result<Vec<Step>, TargetError> {
        let scope = label.map(|label| self.branch(label)).transpose()?;
        let mut applied = applied.to_vec();
        let asked = || {
            label.map_or_else(
                || format!("{offset:+}"),
                |label| format!("{label}@{offset:+}"),
            )
        };
        let mut steps = Vec::new();
        let direction = if offset < 0 {
            Direction::Down
        } else {
            Direction::Up
        };
        for _ in 0..offset.unsigned_abs() {
            let ready = |at: &usize| {
                let revision = &self.revisions()[*at];
                match direction {
                    Direction::Up => {
                        !applied[*at] && revision.prerequisites().all(|before| applied[before])
                    }
                    Direction::Down => applied[*at] && !self.is_needed(*at, &applied),
                }
            };
            let mut candidates: Vec<usize> = (0..self.len()).filter(ready).collect();
            if let Some(scope) = &scope {
                candidates.retain(|at| scope[*at]);
            }
            match candidates.as_slice() {
                [one] => {
                    applied[*one] = direction == Direction::Up;
                    steps.push(Step {
                        revision: *one,
                        direction,
                    });
                }
                [] => {
                    return Err(TargetError::TooFar {
                        asked: asked(),
                        available: steps.len(),
                    });
                }
                several => {
                    return Err(TargetError::SeveralWays {
                        step: format!("{offset:+}"),
                        candidates: self.ids(several),
                    });
                }
            }
        }
        Ok(steps)
    }

    fn is_needed(&self, place: usize, applied: &[bool]) -> bool {
        let by_child = self.children(place).iter().any(|child| applied[*child]);
        by_child
            || (place..self.len())
                .any(|at| applied[at] && self.revisions()[at].depends_on.contains(&place))
    }

    /// `X+n` and `X-n`: so many edges from X.
    fn offset(&self, applied: &[bool], start: &Target, offset: i64) -> Result<Goal, PlanError> {
        let everywhere = vec![true; self.len()];
        let mut at = match start {
            Target::Named(name) => Some(self.find(name)?),
            Target::Head | Target::Heads => Some(self.single_head(&everywhere)?),
            Target::Base => None,
            Target::Current => return Ok(Goal::Steps(self.relative(applied, offset, None)?)),
            Target::Within(label, inner) if **inner == Target::Head => {
                Some(self.single_head(&self.branch(label)?)?)
            }
            _ => return Err(TargetError::Malformed(format!("…{offset:+}")).into()),
        };
        let steps = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
        for done in 0..steps {
            let next = match (at, offset > 0) {
                (None, true) => self.bases(),
                (Some(place), true) => self.children(place).to_vec(),
                (Some(place), false) => self.revisions()[place].parents.clone(),
                (None, false) => Vec::new(),
            };
            at = match next.as_slice() {
                [one] => Some(*one),
                // One step below a base is the base of everything.
                [] if offset < 0 && at.is_some() => None,
                [] => {
                    return Err(TargetError::TooFar {
                        asked: format!("{offset:+}"),
                        available: done,
                    }
                    .into());
                }
                several => {
                    return Err(TargetError::SeveralWays {
                        step: format!("{offset:+}"),
                        candidates: self.ids(several),
                    }
                    .into());
                }
            };
        }
        Ok(match at {
            Some(place) => Goal::Reach(vec![place]),
            None => Goal::Remove(self.bases()),
        })
    }
}
