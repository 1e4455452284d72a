//! Targets that name revisions and not a state of a database: `show X`, `history a:b`.

use super::{PlanError, RevisionGraph, Target, TargetError};

impl RevisionGraph {
    /// The one revision that `text` names: an id, a unique prefix, a label, `head`, `label@head`,
    /// `X+n` or `X-n`.
    ///
    /// # Errors
    ///
    /// It names none or several, or it depends on what a database has applied.
    pub fn locate(&self, text: &str) -> Result<usize, PlanError> {
        let target = Target::parse(text)?;
        let names_one = match &target {
            Target::Named(name) => return Ok(self.find(name)?),
            Target::Head | Target::Relative(Some(_), _) => true,
            Target::Within(_, inner) => matches!(
                **inner,
                Target::Head | Target::Named(_) | Target::Relative(Some(_), _)
            ),
            Target::Heads | Target::Base | Target::Current | Target::Relative(None, _) => false,
        };
        let none = || TargetError::NoRevision(text.to_owned());
        if !names_one {
            return Err(none().into());
        }
        // From an empty database, the way to a revision ends in it.
        let plan = self.plan_upgrade(&vec![false; self.len()], &target)?;
        let last = plan.steps.last().ok_or_else(none)?;
        Ok(last.revision)
    }

    /// The revisions of a range, in topological order: `a:b` is what builds on `a` and leads to
    /// `b`, both included; an end that is left out, or `base` and `heads`, sets no bound. A single
    /// revision stands for everything that leads to it.
    ///
    /// # Errors
    ///
    /// An end names no single revision.
    pub fn range(&self, text: &str) -> Result<Vec<usize>, PlanError> {
        let (first, last) = text.split_once(':').unwrap_or(("", text));
        let from = match first {
            "" | "base" => vec![true; self.len()],
            first => self.with_dependents(&[self.locate(first)?]),
        };
        let to = match last {
            "" | "heads" => vec![true; self.len()],
            last => self.with_prerequisites(&[self.locate(last)?]),
        };
        let within = |at: &usize| from[*at] && to[*at];
        Ok((0..self.len()).filter(within).collect())
    }
}
