//! What a command line or call names: Alembic's grammar.

use std::fmt;

use super::{RevisionGraph, dag};
use crate::nearest::nearest;

/// A target as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `head`: the one head.
    Head,
    /// `heads`: every head.
    Heads,
    /// `base`: nothing applied.
    Base,
    /// `current`: what is applied.
    Current,
    /// An id, a unique prefix of one, or a label.
    Named(String),
    /// `label@head`, `label@base`, `label@+n`: a target within one branch.
    Within(String, Box<Target>),
    /// `X+n`, `X-n`; without X from what is applied.
    Relative(Option<Box<Target>>, i64),
}

impl Target {
    /// Reads a target.
    ///
    /// # Errors
    ///
    /// It is empty, or an offset is no number.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let malformed = || TargetError::Malformed(text.to_owned());
        if let Some((label, inner)) = text.split_once('@') {
            if label.is_empty() || inner.is_empty() || inner.contains('@') {
                return Err(malformed());
            }
            return Ok(Self::Within(
                label.to_owned(),
                Box::new(Self::parse(inner)?),
            ));
        }
        if let Some(at) = text.find(['+', '-']) {
            let (start, offset) = text.split_at(at);
            let offset: i64 = offset.parse().map_err(|_| malformed())?;
            let start = match start {
                "" => None,
                start => Some(Box::new(Self::parse(start)?)),
            };
            return Ok(Self::Relative(start, offset));
        }
        match text {
            "" => Err(malformed()),
            "head" => Ok(Self::Head),
            "heads" => Ok(Self::Heads),
            "base" => Ok(Self::Base),
            "current" => Ok(Self::Current),
            _ if text.contains([':', '/', '\\']) || text.contains(char::is_whitespace) => {
                Err(malformed())
            }
            _ => Ok(Self::Named(text.to_owned())),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head => f.write_str("head"),
            Self::Heads => f.write_str("heads"),
            Self::Base => f.write_str("base"),
            Self::Current => f.write_str("current"),
            Self::Named(name) => f.write_str(name),
            Self::Within(label, inner) => write!(f, "{label}@{inner}"),
            Self::Relative(None, offset) => write!(f, "{offset:+}"),
            Self::Relative(Some(start), offset) => write!(f, "{start}{offset:+}"),
        }
    }
}

/// A target that names nothing, or more than one thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// Not of the grammar.
    #[error(
        "`{0}` is no target; write `head`, `heads`, `base`, an id, `+1`, `-1`, `ID+2` or `label@head`"
    )]
    Malformed(String),
    /// A target, but of a database: `base`, `current`, `+1`.
    #[error("`{0}` names no revision; write an id, `head`, `label@head` or `ID+2`")]
    NoRevision(String),
    /// No revision and no label of that name.
    #[error("no revision or label is called `{name}`{}", match nearest { Some(near) => format!("; did you mean `{near}`?"), None => "; `cargo migcheck history` lists them".to_owned() })]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest id.
        nearest: Option<String>,
    },
    /// A prefix of several ids.
    #[error("`{name}` is the start of {}; write more of it", candidates.join(", "))]
    Ambiguous {
        /// What was asked for.
        name: String,
        /// The ids.
        candidates: Vec<String>,
    },
    /// A revision on the way of no label's branch.
    #[error("`{name}` is not on the branch `{label}`")]
    OtherBranch {
        /// What was asked for.
        name: String,
        /// The branch.
        label: String,
    },
    /// A prefix too short to be meant as one.
    #[error("`{0}` is too short; write the id, or at least four characters of it")]
    TooShort(String),
    /// `head` where there are several.
    #[error("there are {} heads: {}; name one, or `heads` for all", .0.len(), .0.join(", "))]
    SeveralHeads(Vec<String>),
    /// A step that could go several ways.
    #[error("from here a step can go to {}; name one, or write `label@{step}`", candidates.join(", "))]
    SeveralWays {
        /// The step as it was written.
        step: String,
        /// The ids.
        candidates: Vec<String>,
    },
    /// Past the base or a head.
    #[error("`{asked}` goes past the end: there {} {available} step{} that way", if *available == 1 { "is" } else { "are" }, if *available == 1 { "" } else { "s" })]
    TooFar {
        /// The step as it was written.
        asked: String,
        /// How many steps there were.
        available: usize,
    },
}

/// The shortest prefix that is taken for an id.
const SHORTEST_PREFIX: usize = 4;

impl RevisionGraph {
    /// The revision that an id, a unique prefix or a label names.
    ///
    /// # Errors
    ///
    /// No such revision, or several.
    pub fn find(&self, name: &str) -> Result<usize, TargetError> {
        if let Some(at) = self.position(name) {
            return Ok(at);
        }
        let carries = |at: &usize| {
            self.revisions()[*at]
                .labels
                .iter()
                .any(|label| label == name)
        };
        if let Some(at) = (0..self.len()).find(carries) {
            return Ok(at);
        }
        let ids = || self.revisions().iter().map(|revision| revision.id.as_str());
        let matches: Vec<usize> = (0..self.len())
            .filter(|at| self.revisions()[*at].id.as_str().starts_with(name))
            .collect();
        match matches.as_slice() {
            [] => Err(TargetError::Unknown {
                name: name.to_owned(),
                nearest: nearest(name, ids()).map(str::to_owned),
            }),
            _ if name.chars().count() < SHORTEST_PREFIX => {
                Err(TargetError::TooShort(name.to_owned()))
            }
            [one] => Ok(*one),
            several => Err(TargetError::Ambiguous {
                name: name.to_owned(),
                candidates: self.ids(several),
            }),
        }
    }

    /// The ids of places, for messages.
    #[must_use]
    pub fn ids(&self, places: &[usize]) -> Vec<String> {
        let known = places.iter().filter_map(|at| self.get(*at));
        known.map(|revision| revision.id.to_string()).collect()
    }

    /// The revisions of a label's branch: the one that carries it and all that build on it. What
    /// only depends on one of them is on a branch of its own.
    pub(super) fn branch(&self, label: &str) -> Result<Vec<bool>, TargetError> {
        let start = self.find(label)?;
        let mut branch = vec![false; self.len()];
        branch[start] = true;
        for at in start + 1..self.len() {
            branch[at] = self.revisions()[at]
                .parents
                .iter()
                .any(|parent| branch[*parent]);
        }
        Ok(branch)
    }

    /// A label's branch, and what it builds on.
    pub(super) fn lineage(&self, label: &str) -> Result<Vec<bool>, TargetError> {
        let start = self.find(label)?;
        let mut lineage = self.branch(label)?;
        let ancestors = dag::reachable(&self.parents(), [start]);
        for (is_on, is_below) in lineage.iter_mut().zip(ancestors) {
            *is_on |= is_below;
        }
        Ok(lineage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_read() {
        let named = |name: &str| Target::Named(name.to_owned());
        let cases = [
            ("head", Target::Head),
            ("base", Target::Base),
            ("ab12", named("ab12")),
            ("+2", Target::Relative(None, 2)),
            ("-1", Target::Relative(None, -1)),
            (
                "ab12-3",
                Target::Relative(Some(Box::new(named("ab12"))), -3),
            ),
            (
                "x@head",
                Target::Within("x".to_owned(), Box::new(Target::Head)),
            ),
            (
                "x@+1",
                Target::Within("x".to_owned(), Box::new(Target::Relative(None, 1))),
            ),
        ];
        for (text, target) in cases {
            assert_eq!(Target::parse(text), Ok(target), "{text}");
        }
        for text in ["", "@head", "x@", "+x", "a b", "a:b", "-"] {
            assert!(Target::parse(text).is_err(), "{text}");
        }
    }
}
