//! Why nothing can be imported, and what to do about it.

use crate::finding::Finding;

/// Why nothing can be imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The source's own errors leave its history unclear.
    #[error("`{directory}` has errors that leave its history unclear")]
    Unsound {
        /// How messages call the source.
        directory: String,
        /// The errors.
        findings: Vec<Finding>,
    },
    /// There is no migration.
    #[error("`{0}` holds no migration")]
    Empty(String),
    /// It is a native directory already.
    #[error("`{0}` is a native directory already")]
    Native(String),
}

impl ImportError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Unsound { .. } => {
                "mend them in the source; an import of half a history would be a wrong one"
            }
            Self::Empty(_) => {
                "name the folder that holds the migrations, and say with `--from` what they are"
            }
            Self::Native(_) => "copy it; or say with `--from` what it is",
        }
    }
}
