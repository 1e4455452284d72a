//! What another tool's history and the directory disagree on.

use std::fmt;

use super::peer::Peer;

/// One thing that keeps a history from being taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch {
    /// It is applied, and the directory does not have it.
    Unknown {
        /// The id in the tool's table.
        version: String,
        /// What else the table calls it.
        name: Option<String>,
    },
    /// Several revisions have that number.
    Ambiguous {
        /// The number.
        version: String,
        /// Their ids.
        revisions: Vec<String>,
    },
    /// It is applied, and a revision that it builds on is not.
    Gap {
        /// The revision that is applied.
        revision: String,
        /// The one that is not.
        missing: String,
    },
    /// Its script is another than the one that was applied.
    Edited {
        /// The revision.
        revision: String,
        /// The script's file.
        file: String,
    },
    /// It was begun and did not come to its end.
    Dirty {
        /// The id in the tool's table.
        version: String,
        /// What happened.
        reason: &'static str,
    },
}

impl Mismatch {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "unknown",
            Self::Ambiguous { .. } => "ambiguous",
            Self::Gap { .. } => "gap",
            Self::Edited { .. } => "edited",
            Self::Dirty { .. } => "dirty",
        }
    }

    /// The revision or version it is about.
    #[must_use]
    pub fn about(&self) -> &str {
        match self {
            Self::Unknown { version, .. }
            | Self::Ambiguous { version, .. }
            | Self::Dirty { version, .. } => version,
            Self::Gap { revision, .. } | Self::Edited { revision, .. } => revision,
        }
    }

    /// What to do next, the same for all of one kind.
    #[must_use]
    pub fn help(&self, peer: Peer) -> String {
        match self {
            Self::Unknown { .. } => {
                "restore its files; or, if they were removed for good, record what is left with \
                 `cargo migcheck stamp REV`"
                    .to_owned()
            }
            Self::Ambiguous { .. } => "give one of them another id".to_owned(),
            Self::Gap { .. } => format!("apply what is missing with {peer}, and adopt then"),
            Self::Edited { .. } => {
                "restore the script that was applied; or, if the change is no matter, record it \
                 with `cargo migcheck stamp REV`"
                    .to_owned()
            }
            Self::Dirty { .. } => format!("repair it with {peer}, and adopt then"),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { version, name } => {
                write!(f, "`{version}`")?;
                if let Some(name) = name.as_deref().filter(|name| !name.is_empty()) {
                    write!(f, " ({name})")?;
                }
                f.write_str(" is applied, and no revision has this id")
            }
            Self::Ambiguous { version, revisions } => {
                let revisions: Vec<String> = revisions.iter().map(|id| format!("`{id}`")).collect();
                write!(f, "`{version}` may be {}", revisions.join(" or "))
            }
            Self::Gap { revision, missing } => write!(
                f,
                "`{revision}` is applied, and `{missing}`, which it builds on, is not"
            ),
            Self::Edited { revision, file } => {
                write!(
                    f,
                    "`{revision}` is not what was applied: {file} has changed"
                )
            }
            Self::Dirty { version, reason } => {
                write!(f, "`{version}` is not applied as a whole: {reason}")
            }
        }
    }
}
