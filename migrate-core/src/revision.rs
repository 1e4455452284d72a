//! One node of the graph, and its scripts.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::{Checksum, Dialect, SourceFile, glob, split};

/// The id of a revision: not empty, at most 128 bytes, without white space and without the
/// characters that targets are written with (`@ - + : / \`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevisionId(Cow<'static, str>);

/// The longest id, in bytes: what fits the key of a history table on every database.
pub const MAX_ID_BYTES: usize = 128;

impl RevisionId {
    /// Checks an id.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub fn new(id: impl Into<String>) -> Result<Self, InvalidRevisionId> {
        let id = id.into();
        if id.is_empty() {
            return Err(InvalidRevisionId::Empty);
        }
        if id.len() > MAX_ID_BYTES {
            return Err(InvalidRevisionId::TooLong(id.len()));
        }
        let reserved = |c: &char| c.is_whitespace() || c.is_control() || "@-+:/\\".contains(*c);
        if let Some(found) = id.chars().find(reserved) {
            return Err(InvalidRevisionId::Reserved(found));
        }
        if let "base" | "head" | "heads" | "current" = &*id {
            return Err(InvalidRevisionId::Target(id));
        }
        Ok(Self(Cow::Owned(id)))
    }

    /// An id that `revision!` has checked.
    #[doc(hidden)]
    #[must_use]
    pub const fn checked(id: &'static str) -> Self {
        Self(Cow::Borrowed(id))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for RevisionId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for RevisionId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for RevisionId {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for RevisionId {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

/// Why a text is no revision id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRevisionId {
    /// Nothing there.
    #[error("it is empty")]
    Empty,
    /// Longer than [`MAX_ID_BYTES`].
    #[error("it is {0} bytes long, and {MAX_ID_BYTES} is the most")]
    TooLong(usize),
    /// White space, or a character that targets are written with.
    #[error("it holds {0:?}; white space and `@ - + : / \\` have a meaning in targets")]
    Reserved(char),
    /// A word that names a target.
    #[error("`{0}` is the name of a target")]
    Target(String),
}

/// Which way a script goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Towards the heads.
    Up,
    /// Towards the base.
    Down,
}

impl Direction {
    /// `up` or `down`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The SQL of one revision, in one direction, for one dialect or for all.
#[derive(Debug, Clone)]
pub struct Script {
    /// Which way.
    pub direction: Direction,
    /// The dialect it is for; `None`: every dialect that has no script of its own.
    pub dialect: Option<Dialect>,
    /// The file it stands in, with its canonical text.
    pub source: Arc<SourceFile>,
    /// The checksum of the text.
    pub checksum: Checksum,
    /// Whether it runs inside a transaction.
    pub transaction: bool,
    /// The part of the file that it is, in bytes, where a layout keeps both directions in one file;
    /// the text of `source` is blank elsewhere.
    pub section: Option<Range<usize>>,
}

impl Script {
    /// What its checksum is of: the file's text, or the section of it.
    pub(crate) fn text(&self) -> &str {
        let text = &*self.source.text;
        match &self.section {
            Some(section) => text.get(section.clone()).unwrap_or_default(),
            None => text,
        }
    }
}

/// One revision of a [`RevisionGraph`](crate::RevisionGraph); parents, children and dependencies
/// are places in [`RevisionGraph::revisions`](crate::RevisionGraph::revisions).
#[derive(Debug, Clone)]
pub struct Revision {
    /// The id.
    pub id: RevisionId,
    /// What the file name says after the id.
    pub slug: String,
    /// The rest of the leading comment block; may be empty.
    pub description: String,
    /// The parents (`revises`); empty for a base.
    pub parents: Vec<usize>,
    /// What must be applied before without being a parent.
    pub depends_on: Vec<usize>,
    /// Branch labels.
    pub labels: Vec<String>,
    /// Why there is no way down, where there is none.
    pub irreversible: Option<String>,
    /// The tables this revision may change; empty where nothing is declared.
    pub touches: Vec<String>,
    /// Its scripts: up before down, the common one before the dialects' own.
    pub scripts: Vec<Script>,
    /// The checksum of its scripts and of its parents' chains.
    pub chain: Checksum,
}

impl Revision {
    /// The script that a database of `dialect` runs in `direction`.
    #[must_use]
    pub fn script(&self, direction: Direction, dialect: Dialect) -> Option<&Script> {
        let of = |wanted: Option<Dialect>| {
            self.scripts
                .iter()
                .find(|script| script.direction == direction && script.dialect == wanted)
        };
        of(Some(dialect)).or_else(|| of(None))
    }

    /// Whether its scripts hold no statement, as `cargo migcheck new` leaves them.
    pub(crate) fn is_unwritten(&self) -> bool {
        self.scripts.iter().all(|script| {
            let dialect = script.dialect.unwrap_or(Dialect::Postgres);
            split::is_blank(&script.source.text, dialect)
        })
    }

    /// Whether `touches` allows it to change a table: by its name, or by `schema.name`. Where nothing
    /// is declared, everything is allowed.
    #[must_use]
    pub fn may_touch(&self, schema: Option<&str>, table: &str) -> bool {
        let full = schema.map(|schema| format!("{schema}.{table}"));
        let means = |glob: &String| {
            glob::matches(glob, table)
                || full.as_ref().is_some_and(|full| glob::matches(glob, full))
        };
        self.touches.is_empty() || self.touches.iter().any(means)
    }

    /// What must be applied before it: parents, then dependencies.
    pub fn prerequisites(&self) -> impl Iterator<Item = usize> + '_ {
        self.parents.iter().chain(&self.depends_on).copied()
    }

    /// The first sentence of the description, else the slug with spaces.
    #[must_use]
    pub fn title(&self) -> Cow<'_, str> {
        let lines = self.description.lines().take_while(|line| !line.is_empty());
        let paragraph = lines.collect::<Vec<_>>().join(" ");
        let sentence = paragraph
            .split_once(". ")
            .map_or(&*paragraph, |(one, _)| one);
        match sentence.trim().trim_end_matches('.') {
            "" => Cow::Owned(self.slug.replace('_', " ")),
            sentence => Cow::Owned(sentence.to_owned()),
        }
    }
}
