//! Why nothing can be moved, and what to do about it.

use std::io;

/// Why nothing can be moved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RebaseError {
    /// The new parent has children.
    #[error("`{revision}` is no head: other revisions build on it")]
    NotAHead {
        /// The new parent.
        revision: String,
        /// The heads above it.
        heads: Vec<String>,
    },
    /// The new parent builds on what is to be moved.
    #[error("`{head}` builds on `{revision}`, which can therefore not be moved on top of it")]
    Below {
        /// What is to be moved.
        revision: String,
        /// The new parent.
        head: String,
    },
    /// It is there already.
    #[error("`{revision}` stands on top of `{head}` already")]
    OnTop {
        /// What is to be moved.
        revision: String,
        /// The new parent.
        head: String,
    },
    /// Databases may have run it.
    #[error("`{base}` has {}, and what is there a database may have run", listed(.revisions))]
    Released {
        /// What must stay as it is.
        revisions: Vec<String>,
        /// Where it is recorded.
        base: String,
        /// What could be moved where instead: the other branch, if that is not released.
        instead: Option<(String, String)>,
    },
    /// What the new parent needs would come after it.
    #[error("`{revision}` depends on `{dependency}`, which would come after it")]
    Needed {
        /// A revision that stays.
        revision: String,
        /// A revision that moves.
        dependency: String,
    },
    /// A revision that stays names one that gets another id.
    #[error("`{revision}` depends on `{dependency}`, which would be called `{new}`")]
    Named {
        /// A revision that stays.
        revision: String,
        /// A revision that moves.
        dependency: String,
        /// Its new id.
        new: String,
    },
    /// A script cannot be read any more.
    #[error("cannot read `{file}`: {source}")]
    Unreadable {
        /// The file, below the directory.
        file: String,
        /// What the operating system said.
        source: io::Error,
    },
}

impl RebaseError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Vec<String> {
        let merge = "`cargo migcheck merge` joins the heads, and moves nothing".to_owned();
        match self {
            Self::NotAHead { heads, .. } => match heads.as_slice() {
                [one] => vec![format!("name the head above it: `--onto {one}`")],
                several => vec![format!(
                    "name one of the heads above it: {}",
                    listed(several)
                )],
            },
            Self::Below { .. } => vec!["name a revision of the other branch".to_owned()],
            Self::OnTop { .. } => vec!["there is nothing to do".to_owned()],
            Self::Released { base, instead, .. } => {
                let turned = instead.iter().map(|(revision, onto)| {
                    format!("the other way round: `cargo migcheck rebase {revision} --onto {onto}`")
                });
                turned
                    .chain([
                        merge,
                        format!(
                            "if `{base}` is not what was released: `--base REF` names what was"
                        ),
                        "if no database ever ran it: `--unreleased`".to_owned(),
                    ])
                    .collect()
            }
            Self::Needed { .. } => vec![merge],
            Self::Named { revision, .. } => vec![
                merge,
                format!("or take the dependency out of `{revision}`, and name it anew afterwards"),
            ],
            Self::Unreadable { .. } => vec!["check that you may read it".to_owned()],
        }
    }
}

/// `a`, `b` and `c`, in code quotes.
fn listed(ids: &[String]) -> String {
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    crate::toml_reader::listed(&ids)
}
