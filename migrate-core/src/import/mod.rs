//! Directories of other tools become native ones.
//!
//! [`import()`] reads and returns the files to write; it changes nothing. What migcheck reads itself
//! comes through the graph, so that the order is the one `check` shows; an Alembic history is
//! Python, which is read as text and never run.

mod alembic;
mod chain;
mod error;
mod goose;
mod native;

use std::fmt;
use std::path::Path;

pub use error::ImportError;

use crate::create::NewFile;
use crate::finding::Finding;
use crate::layout::Layout;

/// What a directory can be imported from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A layout that migcheck reads as it is, other than its own.
    Peer(Layout),
    /// An Alembic `versions/` folder.
    Alembic,
}

impl Origin {
    /// Every origin, in the order in which help lists them.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let peers = Layout::ALL.into_iter().filter(|layout| layout.is_chain());
        peers.map(Self::Peer).chain([Self::Alembic]).collect()
    }

    /// The name that `--from` takes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Peer(layout) => layout.name(),
            Self::Alembic => "alembic",
        }
    }

    /// The origin of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|origin| origin.name() == name)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A native directory that is not on the disk yet.
#[derive(Debug)]
pub struct Imported {
    /// Where it comes from.
    pub origin: Origin,
    /// Why it was taken for that, where nobody said so.
    pub reason: Option<String>,
    /// How many revisions it has.
    pub revisions: usize,
    /// Its files.
    pub files: Vec<NewFile>,
    /// The files of the source that nothing was made of, sorted.
    pub left: Vec<String>,
    /// The ids of the revisions that came without a way down; their scripts say so.
    pub one_way: Vec<String>,
    /// The written scripts that a person has to complete, and which `check` refuses until then.
    pub unfinished: Vec<String>,
    /// What is wrong in the source without keeping the rest from being imported.
    pub findings: Vec<Finding>,
}

/// Reads the directory at `root` as `from` says, or as its files tell; `shown_as` is how messages
/// call it.
///
/// # Errors
///
/// See [`ImportError`].
pub fn import(root: &Path, shown_as: &str, from: Option<Origin>) -> Result<Imported, ImportError> {
    match from {
        Some(Origin::Alembic) => alembic::import(root, shown_as, None),
        Some(Origin::Peer(layout)) => chain::import(root, shown_as, Some(layout)),
        None => match alembic::sign(root) {
            Some(file) => {
                let reason = format!("`{file}` has a `down_revision`");
                alembic::import(root, shown_as, Some(reason))
            }
            None => chain::import(root, shown_as, None),
        },
    }
}
