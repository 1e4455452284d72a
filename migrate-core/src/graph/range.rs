//! Targets that name revisions and not a state of a database: `show X`, `history a:b`.

use super::goal::Goal;
use super::target::refuse_url;
use super::{PlanError, RevisionGraph, Target, TargetError};

impl RevisionGraph {
    /// The one revision that `text` names: an id, a label, the start of one, `head`,
    /// `label@head`, `X+n` or `X-n`.
    ///
    /// # Errors
    ///
    /// It names none or several, or it depends on what a database has applied.
    pub fn locate(&self, text: &str) -> Result<usize, PlanError> {
        let target = Target::parse(text)?;
        let none = || TargetError::NoRevision(text.to_owned());
        if target.is_from_current() {
            return Err(none().into());
        }
        match self.goal(&vec![false; self.len()], &target)? {
            Goal::Reach { places, .. } => match places.as_slice() {
                [one] => Ok(*one),
                [] => Err(none().into()),
                several => Err(TargetError::SeveralHeads(self.ids(several)).into()),
            },
            Goal::Remove(_) | Goal::Stay => Err(none().into()),
        }
    }

    /// The revisions of a range, in topological order: `a:b` is what builds on `a` and leads to
    /// `b`, both included; an end that is left out, or `base` and `heads`, sets no bound. `-n:b`
    /// begins so many edges below `b`, `a:+n` ends so many above `a`, each where the history does
    /// at the latest. A single revision stands for everything that leads to it.
    ///
    /// # Errors
    ///
    /// An end names nothing, or the first one does not lead to the last.
    pub fn range(&self, text: &str) -> Result<Vec<usize>, PlanError> {
        self.range_at(text, None)
    }

    /// As [`range`](Self::range), with `current` for the revisions that a database stands at when
    /// `applied` is.
    ///
    /// # Errors
    ///
    /// As [`range`](Self::range).
    pub fn range_at(&self, text: &str, applied: Option<&[bool]>) -> Result<Vec<usize>, PlanError> {
        refuse_url(text)?;
        let (first, last) = text.split_once(':').unwrap_or(("", text));
        let first = Target::parse(if first.is_empty() { "base" } else { first })?;
        let last = Target::parse(if last.is_empty() { "heads" } else { last })?;
        let (from, to) = match (first.is_from_current(), last.is_from_current()) {
            (true, true) => return Err(TargetError::Malformed(text.to_owned()).into()),
            (false, true) => {
                let from = self.end(&first, applied)?;
                let to = self.above(&from, &last)?;
                (from, to)
            }
            (is_below, false) => {
                let mut to = self.end(&last, applied)?;
                // A label says which of several branches is meant.
                if let Target::Within(label, _) = &first {
                    let lineage = self.lineage(self.find(label)?);
                    let before = to.len();
                    to.retain(|at| lineage[*at]);
                    if to.is_empty() && before > 0 {
                        return Err(TargetError::OtherBranch {
                            name: last.to_string(),
                            label: label.clone(),
                        }
                        .into());
                    }
                }
                let from = if is_below {
                    self.below(&to, &first)?
                } else {
                    self.end(&first, applied)?
                };
                (from, to)
            }
        };
        let leading = self.with_prerequisites(&to);
        if let Some(&astray) = from.iter().find(|at| !leading[**at]) {
            let before = self.with_prerequisites(&[astray]);
            return Err(TargetError::NoWay {
                from: self.revisions()[astray].id.to_string(),
                to: last.to_string(),
                backwards: to.iter().all(|at| before[*at]),
            }
            .into());
        }
        let building = self.with_dependents(&from);
        let within = |at: &usize| leading[*at] && (from.is_empty() || building[*at]);
        Ok((0..self.len()).filter(within).collect())
    }

    /// The revisions that an end of a range names; none for `base`, which sets no bound.
    fn end(&self, end: &Target, applied: Option<&[bool]>) -> Result<Vec<usize>, PlanError> {
        let none = || TargetError::NoRevision(end.to_string());
        match (end, applied) {
            (Target::Current, Some(applied)) => Ok(self.tips(&self.every_flag(applied), None)),
            (Target::Current, None) => Err(none().into()),
            _ => match self.goal(&vec![false; self.len()], end)? {
                Goal::Reach { places, .. } => Ok(places),
                Goal::Remove(_) => Ok(Vec::new()),
                Goal::Stay => Err(none().into()),
            },
        }
    }

    /// `+n`, or `label@+n`: so many edges above `from`.
    fn above(&self, from: &[usize], target: &Target) -> Result<Vec<usize>, TargetError> {
        let (offset, scope) = self.offset_in(target)?;
        if offset < 0 {
            return Err(TargetError::NoRevision(target.to_string()));
        }
        if let (Target::Within(label, _), Some(scope)) = (target, &scope)
            && let Some(&astray) = from.iter().find(|at| !scope[**at])
        {
            return Err(TargetError::OtherBranch {
                name: self.revisions()[astray].id.to_string(),
                label: label.clone(),
            });
        }
        let walk = |steps| self.walk_up(from, steps, scope.as_deref(), target);
        Ok(at_most(offset.unsigned_abs(), walk)?.into_iter().collect())
    }

    /// `-n`, or `label@-n`: so many edges below each of `to`; none where one reaches the base.
    fn below(&self, to: &[usize], target: &Target) -> Result<Vec<usize>, TargetError> {
        let (offset, scope) = self.offset_in(target)?;
        if offset > 0 {
            return Err(TargetError::NoRevision(target.to_string()));
        }
        let walk = |at: &usize| {
            at_most(offset.unsigned_abs(), |steps| {
                self.walk_down(*at, steps, scope.as_deref(), target)
            })
        };
        // All of them, also behind one that reaches the base: what is wrong with one is wrong with
        // the range, in whichever order they stand.
        let below: Vec<Option<usize>> = to.iter().map(walk).collect::<Result<_, _>>()?;
        let below: Option<Vec<usize>> = below.into_iter().collect();
        Ok(below.unwrap_or_default())
    }

    fn offset_in(&self, target: &Target) -> Result<(i64, Option<Vec<bool>>), TargetError> {
        match target {
            Target::Relative(None, offset) => Ok((*offset, None)),
            Target::Within(label, inner) => {
                let (offset, _) = self.offset_in(inner)?;
                Ok((offset, Some(self.lineage(self.find(label)?))))
            }
            other => Err(TargetError::NoRevision(other.to_string())),
        }
    }
}

/// As many steps as were asked for, or as there are.
fn at_most(
    steps: u64,
    walk: impl Fn(u64) -> Result<Option<usize>, TargetError>,
) -> Result<Option<usize>, TargetError> {
    match walk(steps) {
        Err(TargetError::TooFar { available, .. }) => walk(available as u64),
        walked => walked,
    }
}
