//! Where a target leads: Alembic's meaning of every form of it.

use super::{PlanError, RevisionGraph, Target, TargetError};

/// What shall be applied, or what shall no longer be.
pub(super) enum Goal {
    /// These, and what they need.
    Reach {
        places: Vec<usize>,
        /// Downwards only this is left, because a label was named.
        scope: Option<Vec<bool>>,
    },
    /// Everything that cannot stay without these, and these.
    Remove(Vec<usize>),
    /// Nothing changes.
    Stay,
}

impl Goal {
    fn reach(places: Vec<usize>) -> Self {
        Self::Reach {
            places,
            scope: None,
        }
    }
}

impl RevisionGraph {
    /// Where `target` leads when `applied` is; one flag a place.
    pub(super) fn goal(&self, applied: &[bool], target: &Target) -> Result<Goal, PlanError> {
        Ok(match target {
            Target::Head => Goal::reach(self.only_head(None)?.into_iter().collect()),
            Target::Heads => Goal::reach(self.heads()),
            Target::Base => Goal::Remove(self.bases()),
            Target::Current => Goal::Stay,
            Target::Named(name) => Goal::reach(vec![self.find(name)?]),
            Target::Relative(start, offset) => match start.as_deref() {
                None | Some(Target::Current) => {
                    self.walk_from_current(applied, target, *offset, None)?
                }
                Some(start) => self.walk_from(start, *offset, None)?,
            },
            Target::Within(label, inner) => self.within(applied, target, label, inner)?,
        })
    }

    /// The one head, of `scope` where there is one; none in an empty directory.
    fn only_head(&self, scope: Option<&[bool]>) -> Result<Option<usize>, TargetError> {
        let mut heads = self.heads();
        heads.retain(|head| is_in(scope, *head));
        match heads.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            several => Err(TargetError::SeveralHeads(self.ids(several))),
        }
    }

    fn within(
        &self,
        applied: &[bool],
        target: &Target,
        label: &str,
        inner: &Target,
    ) -> Result<Goal, PlanError> {
        let on = self.find(label)?;
        let places = match inner {
            // The branch ends where the label stands: what is below serves others too.
            Target::Base => return Ok(Goal::Remove(vec![on])),
            Target::Current => return Ok(Goal::Stay),
            Target::Relative(start, offset) => {
                return match start.as_deref() {
                    None | Some(Target::Current) => {
                        self.walk_from_current(applied, target, *offset, Some(on))
                    }
                    Some(start) => Ok(self.walk_from(start, *offset, Some((label, on)))?),
                };
            }
            Target::Head => self
                .only_head(Some(&self.branch(on)))?
                .into_iter()
                .collect(),
            Target::Heads => {
                let branch = self.branch(on);
                self.heads().into_iter().filter(|at| branch[*at]).collect()
            }
            Target::Named(name) => vec![self.find_within(name, label, &self.lineage(on))?],
            Target::Within(..) => return Err(TargetError::Malformed(target.to_string()).into()),
        };
        Ok(Goal::Reach {
            places,
            scope: Some(self.lineage(on)),
        })
    }

    /// `+n` and `-n`: so many edges from where the database stands, on the branch of the label at
    /// `on` if one is named. What the revision that is reached needs of other branches comes with
    /// it, and what needs one that is left goes with that.
    fn walk_from_current(
        &self,
        applied: &[bool],
        target: &Target,
        offset: i64,
        on: Option<usize>,
    ) -> Result<Goal, PlanError> {
        // Upwards the way may begin before the branch does; downwards it ends with the branch.
        let scope = on.map(|on| match offset > 0 {
            true => self.lineage(on),
            false => self.branch(on),
        });
        let tips = self.tips(applied, scope.as_deref());
        let steps = offset.unsigned_abs();
        if offset == 0 {
            return Ok(Goal::Stay);
        }
        if offset > 0 {
            let place = self.walk_up(&tips, steps, scope.as_deref(), target)?;
            return Ok(Goal::Reach {
                places: place.into_iter().collect(),
                scope,
            });
        }
        match tips.as_slice() {
            // The last edge leads out of what is removed, to wherever that is: a merge too.
            [tip] => match self.walk_down(*tip, steps - 1, scope.as_deref(), target)? {
                Some(last) => Ok(Goal::Remove(vec![last])),
                None => Err(too_far(target, steps - 1).into()),
            },
            [] => Err(too_far(target, 0).into()),
            several => Err(self.several_ways(target, several).into()),
        }
    }

    /// `X+n` and `X-n`: so many edges from X, on the branch of a label if one is named.
    fn walk_from(
        &self,
        start: &Target,
        offset: i64,
        on: Option<(&str, usize)>,
    ) -> Result<Goal, TargetError> {
        let scope = on.map(|(_, on)| self.lineage(on));
        let asked = Target::Relative(Some(Box::new(start.clone())), offset);
        let start = match (start, on, &scope) {
            (Target::Named(name), Some((label, _)), Some(scope)) => {
                Some(self.find_within(name, label, scope)?)
            }
            (Target::Named(name), ..) => Some(self.find(name)?),
            (Target::Head | Target::Heads, ..) => self.only_head(scope.as_deref())?,
            (Target::Base, ..) => None,
            _ => return Err(TargetError::Malformed(asked.to_string())),
        };
        let steps = offset.unsigned_abs();
        let place = match start {
            start if offset >= 0 => {
                let tips: Vec<usize> = start.into_iter().collect();
                self.walk_up(&tips, steps, scope.as_deref(), &asked)?
            }
            Some(start) => self.walk_down(start, steps, scope.as_deref(), &asked)?,
            None => return Err(too_far(&asked, 0)),
        };
        Ok(match place {
            Some(place) => Goal::Reach {
                places: vec![place],
                scope,
            },
            None => {
                let mut bases = self.bases();
                bases.retain(|base| is_in(scope.as_deref(), *base));
                Goal::Remove(bases)
            }
        })
    }

    /// Where the database stands in `scope`: what is applied there, and nothing that is builds on
    /// it or depends on it.
    pub(super) fn tips(&self, applied: &[bool], scope: Option<&[bool]>) -> Vec<usize> {
        let mut tip: Vec<bool> = (0..self.len())
            .map(|at| applied[at] && is_in(scope, at))
            .collect();
        // Edges point backwards, so that whatever unmarks a place comes after it; a place that is
        // unmarked itself still stands for an applied revision.
        for (at, revision) in self.revisions().iter().enumerate() {
            if applied[at] && is_in(scope, at) {
                revision
                    .prerequisites()
                    .for_each(|before| tip[before] = false);
            }
        }
        (0..self.len()).filter(|at| tip[*at]).collect()
    }

    /// The revision so many edges above `tips`, or above the base where there are none. Each edge
    /// has to be the only one in `scope`. `None` where no step is asked for from the base.
    pub(super) fn walk_up(
        &self,
        tips: &[usize],
        steps: u64,
        scope: Option<&[bool]>,
        asked: &Target,
    ) -> Result<Option<usize>, TargetError> {
        let mut at = tips.first().copied();
        for done in 0..steps {
            let mut next = match (done, at) {
                (0, None) => self.bases(),
                (0, Some(_)) => tips
                    .iter()
                    .flat_map(|tip| self.children(*tip))
                    .copied()
                    .collect(),
                (_, at) => at.map_or_else(Vec::new, |at| self.children(at).to_vec()),
            };
            next.retain(|place| is_in(scope, *place));
            next.sort_unstable();
            next.dedup();
            at = match next.as_slice() {
                [one] => Some(*one),
                [] => return Err(too_far(asked, done)),
                several => return Err(self.several_ways(asked, several)),
            };
        }
        Ok(at)
    }

    /// The revision so many edges below `at`; `None` is the base that is below all of them. Each
    /// edge has to be the only one in `scope`.
    pub(super) fn walk_down(
        &self,
        mut at: usize,
        steps: u64,
        scope: Option<&[bool]>,
        asked: &Target,
    ) -> Result<Option<usize>, TargetError> {
        for done in 0..steps {
            let parents = &self.revisions()[at].parents;
            let below: Vec<usize> = parents
                .iter()
                .copied()
                .filter(|at| is_in(scope, *at))
                .collect();
            at = match below.as_slice() {
                [one] => *one,
                [] if done + 1 == steps => return Ok(None),
                [] => return Err(too_far(asked, done + 1)),
                several => return Err(self.several_ways(asked, several)),
            };
        }
        Ok(Some(at))
    }

    fn several_ways(&self, asked: &Target, candidates: &[usize]) -> TargetError {
        TargetError::SeveralWays {
            step: asked.offset(),
            candidates: self.ids(candidates),
        }
    }
}

fn too_far(asked: &Target, available: u64) -> TargetError {
    TargetError::TooFar {
        asked: asked.to_string(),
        available: usize::try_from(available).unwrap_or(usize::MAX),
    }
}

fn is_in(scope: Option<&[bool]>, place: usize) -> bool {
    scope.is_none_or(|scope| scope[place])
}
