//! What a command line or call names: Alembic's grammar.

use std::fmt;

use super::RevisionGraph;
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
    /// An id or a label, or enough of one.
    Named(String),
    /// `label@head`, `label@base`, `label@+n`: a target within one branch.
    Within(String, Box<Target>),
    /// `X+n`, `X-n`; without X from what is applied.
    Relative(Option<Box<Target>>, i64),
}

impl Target {
    /// Whether it counts from what is applied, so that it means another place when something was done.
    #[must_use]
    pub fn is_relative(&self) -> bool {
        match self {
            Self::Relative(None, _) => true,
            Self::Relative(Some(from), _) => **from == Self::Current || from.is_relative(),
            Self::Within(_, inner) => inner.is_relative(),
            Self::Head | Self::Heads | Self::Base | Self::Current | Self::Named(_) => false,
        }
    }

    /// Reads a target.
    ///
    /// # Errors
    ///
    /// It is empty, or an offset is no number.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        refuse_url(text)?;
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

    /// Whether it is so many steps from what is applied: `+1`, `label@-1`, `current+1`.
    pub(super) fn is_from_current(&self) -> bool {
        match self {
            Self::Relative(start, _) => matches!(start.as_deref(), None | Some(Self::Current)),
            Self::Within(_, inner) => inner.is_from_current(),
            _ => false,
        }
    }

    /// The steps alone: `+1` of `label@ab12+1`.
    pub(super) fn offset(&self) -> String {
        match self {
            Self::Relative(_, offset) => format!("{offset:+}"),
            Self::Within(_, inner) => inner.offset(),
            _ => self.to_string(),
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

/// Nothing of a URL is repeated: it may have a password in it.
pub(super) fn refuse_url(text: &str) -> Result<(), TargetError> {
    match text.contains("://") {
        true => Err(TargetError::Url),
        false => Ok(()),
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
    /// The URL of a database.
    #[error("a URL is no target; name the database with `--database-url URL`")]
    Url,
    /// A target, but of a database: `base`, `current`, `+1`.
    #[error("`{0}` names no revision; write an id, `head`, `label@head` or `ID+2`")]
    NoRevision(String),
    /// No revision and no label of that name.
    #[error("no revision or label is called `{name}`{}", match nearest { Some(near) => format!("; did you mean `{near}`?"), None => "; `cargo migcheck history` lists them".to_owned() })]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest id or label.
        nearest: Option<String>,
    },
    /// The start of several ids or labels.
    #[error("`{name}` is the start of {}; write more of it", candidates.join(", "))]
    Ambiguous {
        /// What was asked for.
        name: String,
        /// The ids and labels.
        candidates: Vec<String>,
    },
    /// A revision on the way of no label's branch.
    #[error(
        "`{name}` is not on the branch `{label}`; `cargo migcheck history {label}@heads` shows what is"
    )]
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
    /// A range whose ends no way joins.
    #[error("`{from}` does not lead to `{to}`; {}", if *backwards { format!("write `{to}:{from}`") } else { format!("`:{to}` is all that does") })]
    NoWay {
        /// Where the range begins.
        from: String,
        /// Where it ends.
        to: String,
        /// Whether it leads the other way.
        backwards: bool,
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

/// The shortest prefix that is taken for an id or a label.
const SHORTEST_PREFIX: usize = 4;

impl RevisionGraph {
    /// The revision that an id or a label names, or the start of one.
    ///
    /// # Errors
    ///
    /// No such revision, or several.
    pub fn find(&self, name: &str) -> Result<usize, TargetError> {
        self.find_among(name, |_| true)
    }

    /// As [`find`](Self::find), on the branch `label`, whose revisions `lineage` marks.
    pub(super) fn find_within(
        &self,
        name: &str,
        label: &str,
        lineage: &[bool],
    ) -> Result<usize, TargetError> {
        let other_branch = || TargetError::OtherBranch {
            name: name.to_owned(),
            label: label.to_owned(),
        };
        match self.find_among(name, |at| lineage[at]) {
            Ok(at) if lineage[at] => Ok(at),
            Ok(_) => Err(other_branch()),
            // The start of a name that is elsewhere.
            Err(TargetError::Unknown { .. }) if self.find(name).is_ok() => Err(other_branch()),
            Err(error) => Err(error),
        }
    }

    /// A whole name is looked for everywhere, the start of one where `is_in` allows.
    fn find_among(&self, name: &str, is_in: impl Fn(usize) -> bool) -> Result<usize, TargetError> {
        if let Some(at) = self.position(name) {
            return Ok(at);
        }
        let names = || {
            let revisions = self.revisions().iter().enumerate();
            revisions.flat_map(|(at, revision)| {
                let labels = revision.labels.iter().map(String::as_str);
                std::iter::once(revision.id.as_str())
                    .chain(labels)
                    .map(move |name| (at, name))
            })
        };
        if let Some((at, _)) = names().find(|(_, known)| *known == name) {
            return Ok(at);
        }
        let started: Vec<(usize, &str)> = names()
            .filter(|(at, known)| known.starts_with(name) && is_in(*at))
            .collect();
        let Some(&(first, _)) = started.first() else {
            return Err(TargetError::Unknown {
                name: name.to_owned(),
                nearest: nearest(name, names().map(|(_, known)| known)).map(str::to_owned),
            });
        };
        if name.chars().count() < SHORTEST_PREFIX {
            return Err(TargetError::TooShort(name.to_owned()));
        }
        if started.iter().all(|(at, _)| *at == first) {
            return Ok(first);
        }
        Err(TargetError::Ambiguous {
            name: name.to_owned(),
            candidates: started
                .iter()
                .map(|(_, known)| (*known).to_owned())
                .collect(),
        })
    }

    /// The ids of places, for messages.
    #[must_use]
    pub fn ids(&self, places: &[usize]) -> Vec<String> {
        let known = places.iter().filter_map(|at| self.get(*at));
        known.map(|revision| revision.id.to_string()).collect()
    }

    /// The branch that a label at `on` names: that revision, and all that build on it. What only
    /// depends on one of them is on a branch of its own.
    pub(super) fn branch(&self, on: usize) -> Vec<bool> {
        let mut branch = self.marked(&[on]);
        // Edges point backwards, so that one pass in order sees every parent first.
        for at in on + 1..self.len() {
            branch[at] = self.revisions()[at]
                .parents
                .iter()
                .any(|parent| branch[*parent]);
        }
        branch
    }

    /// The branch of a label at `on`, and what it builds on.
    pub(super) fn lineage(&self, on: usize) -> Vec<bool> {
        let mut lineage = self.branch(on);
        // The branch begins with `on`: what is marked before it is an ancestor.
        for at in (0..=on).rev() {
            if lineage[at] {
                for &parent in &self.revisions()[at].parents {
                    lineage[parent] = true;
                }
            }
        }
        lineage
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
        assert_eq!(Target::parse("postgres://u:p@h/d"), Err(TargetError::Url));
    }
}
