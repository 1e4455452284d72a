//! From a set of applied revisions to a target: the unique minimal list of steps.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{RevisionGraph, Target, TargetError, dag};
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

impl Way {
    const fn direction(self) -> Direction {
        match self {
            Self::Up => Direction::Up,
            Self::Down => Direction::Down,
        }
    }
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
        let applied = self.every_flag(applied);
        let goal = self.goal(&applied, target, way)?;
        let plan = self.steps(&applied, goal, way);
        // `upgrade base` and `upgrade -1` are slips of the hand, and must not take anything down.
        let astray = plan
            .steps
            .iter()
            .any(|step| step.direction != way.direction());
        match (astray, way) {
            (false, _) => Ok(plan),
            (true, Way::Up) => Err(PlanError::LeadsDown(target.clone())),
            (true, Way::Down) => Err(PlanError::LeadsUp(target.clone())),
        }
    }

    /// A place for which there is no flag is not applied.
    fn every_flag<'a>(&self, applied: &'a [bool]) -> Cow<'a, [bool]> {
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
        let upwards = match self.goal(applied, target, Way::Up)? {
            Goal::Reach(places) => places.iter().any(|at| !applied[*at]),
            Goal::Remove(_) => false,
            Goal::Steps(steps) => steps.iter().all(|step| step.direction == Direction::Up),
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
                // What only depends on a target that stays can stay too.
                let children = places.iter().flat_map(|at| self.children(*at)).copied();
                let going = self.with_dependents(&children.collect::<Vec<_>>());
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
            Target::Relative(None, offset) => Goal::Steps(self.relative(applied, *offset)?),
            Target::Relative(Some(start), offset) => {
                self.offset(applied, start, *offset, &everywhere)?
            }
            Target::Within(label, inner) => self.within(applied, label, inner)?,
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

    fn within(&self, applied: &[bool], label: &str, inner: &Target) -> Result<Goal, PlanError> {
        let branch = self.branch(label)?;
        Ok(match inner {
            Target::Head => Goal::Reach(vec![self.single_head(&branch)?]),
            Target::Heads => {
                Goal::Reach(self.heads().into_iter().filter(|at| branch[*at]).collect())
            }
            Target::Base => Goal::Remove(vec![self.find(label)?]),
            Target::Current => Goal::Steps(Vec::new()),
            Target::Relative(None, offset) => self.along(applied, label, *offset)?,
            Target::Relative(Some(start), offset) => {
                self.offset(applied, start, *offset, &self.lineage(label)?)?
            }
            Target::Named(name) => {
                let at = self.find(name)?;
                if !self.lineage(label)?[at] {
                    return Err(TargetError::OtherBranch {
                        name: name.clone(),
                        label: label.to_owned(),
                    }
                    .into());
                }
                Goal::Reach(vec![at])
            }
            Target::Within(..) => return Err(TargetError::Malformed(label.to_owned()).into()),
        })
    }

    /// `+n` and `-n`: so many steps from what is applied, each of which has to be the only one.
    fn relative(&self, applied: &[bool], offset: i64) -> Result<Vec<Step>, TargetError> {
        let up = offset > 0;
        let direction = if up { Direction::Up } else { Direction::Down };
        let before: dag::Before = self
            .revisions()
            .iter()
            .map(|revision| revision.prerequisites().collect())
            .collect();
        let after = dag::after(&before);
        // What stands in the way of a revision: what it needs upwards, what needs it downwards.
        let (blocking, blocked) = if up {
            (&before, &after)
        } else {
            (&after, &before)
        };
        let mut obstacles: Vec<usize> = blocking
            .iter()
            .map(|list| list.iter().filter(|at| applied[**at] != up).count())
            .collect();
        let mut ready: BTreeSet<usize> = (0..self.len())
            .filter(|at| applied[*at] != up && obstacles[*at] == 0)
            .collect();
        let mut steps = Vec::new();
        for done in 0..offset.unsigned_abs() {
            let Some(revision) = ready.pop_first() else {
                return Err(TargetError::TooFar {
                    asked: format!("{offset:+}"),
                    available: usize::try_from(done).unwrap_or(usize::MAX),
                });
            };
            if !ready.is_empty() {
                let several: Vec<usize> = std::iter::once(revision).chain(ready).collect();
                return Err(self.several_ways(offset, &several));
            }
            steps.push(Step {
                revision,
                direction,
            });
            for &next in &blocked[revision] {
                obstacles[next] -= 1;
                if obstacles[next] == 0 && applied[next] != up {
                    ready.insert(next);
                }
            }
        }
        Ok(steps)
    }

    /// `label@+n` and `label@-n`: so many edges along a branch from where it stands. What the
    /// revision that is reached needs of other branches comes with it, and what needs one that is
    /// left goes with that, as in Alembic.
    fn along(&self, applied: &[bool], label: &str, offset: i64) -> Result<Goal, PlanError> {
        // Upwards the way may begin before the branch does; downwards it ends with the branch,
        // because what is below serves others too.
        let scope = if offset > 0 {
            self.lineage(label)?
        } else {
            self.branch(label)?
        };
        let stands = |at: &usize| {
            let is_in = |place: usize| applied[place] && scope[place];
            is_in(*at) && !self.children(*at).iter().any(|child| is_in(*child))
        };
        let tips: Vec<usize> = (0..self.len()).filter(stands).collect();
        let tip = match tips.as_slice() {
            [] => None,
            [one] => Some(*one),
            several => return Err(self.several_ways(offset, several).into()),
        };
        if offset > 0 {
            return Ok(match self.edges(tip, offset, &scope)? {
                Some(place) => Goal::Reach(vec![place]),
                None => Goal::Steps(Vec::new()),
            });
        }
        if offset == 0 {
            return Ok(Goal::Steps(Vec::new()));
        }
        let too_far = |available| TargetError::TooFar {
            asked: format!("{label}@{offset:+}"),
            available,
        };
        // The last edge leads out of what is removed, to wherever that is.
        let mut last = tip.ok_or_else(|| too_far(0))?;
        for left in 1..offset.unsigned_abs() {
            let mut below = self.revisions()[last].parents.clone();
            below.retain(|parent| scope[*parent]);
            last = match below.as_slice() {
                [one] => *one,
                [] => return Err(too_far(usize::try_from(left).unwrap_or(usize::MAX)).into()),
                several => return Err(self.several_ways(offset, several).into()),
            };
        }
        Ok(Goal::Remove(vec![last]))
    }

    fn several_ways(&self, offset: i64, candidates: &[usize]) -> TargetError {
        TargetError::SeveralWays {
            step: format!("{offset:+}"),
            candidates: self.ids(candidates),
        }
    }

    /// `X+n` and `X-n`: so many edges from X.
    fn offset(
        &self,
        applied: &[bool],
        start: &Target,
        offset: i64,
        scope: &[bool],
    ) -> Result<Goal, PlanError> {
        let start = match start {
            Target::Named(name) => Some(self.find(name)?),
            Target::Head | Target::Heads => Some(self.single_head(scope)?),
            Target::Base => None,
            Target::Current => return Ok(Goal::Steps(self.relative(applied, offset)?)),
            _ => return Err(TargetError::Malformed(format!("…{offset:+}")).into()),
        };
        Ok(match self.edges(start, offset, scope)? {
            Some(place) => Goal::Reach(vec![place]),
            None => Goal::Remove(self.bases()),
        })
    }

    /// The revision so many edges from `start`, each of which has to be the only one in `scope`;
    /// `None` is the base that is below all of them.
    fn edges(
        &self,
        start: Option<usize>,
        offset: i64,
        scope: &[bool],
    ) -> Result<Option<usize>, TargetError> {
        let mut at = start;
        for done in 0..offset.unsigned_abs() {
            let mut next = match (at, offset > 0) {
                (None, true) => self.bases(),
                (Some(place), true) => self.children(place).to_vec(),
                (Some(place), false) => self.revisions()[place].parents.clone(),
                (None, false) => Vec::new(),
            };
            let is_base = next.is_empty() && at.is_some() && offset < 0;
            next.retain(|place| scope[*place]);
            at = match next.as_slice() {
                [one] => Some(*one),
                // One step below a base is the base of everything.
                [] if is_base => None,
                [] => {
                    return Err(TargetError::TooFar {
                        asked: format!("{offset:+}"),
                        available: usize::try_from(done).unwrap_or(usize::MAX),
                    });
                }
                several => return Err(self.several_ways(offset, several)),
            };
        }
        Ok(at)
    }
}
