//! What programs name files relative to: the root of the repository.

use std::path::{Path, PathBuf};

use crate::workspace::{Directory, slashed};

/// The root of a repository, where it is checked out.
#[derive(Debug)]
pub(in crate::commands) struct Checkout {
    root: PathBuf,
}

impl Checkout {
    /// The repository that `directories` are in: where GitHub checked it out, else the folder with
    /// a `.git`, else where the command runs.
    pub(in crate::commands) fn around<'a>(
        directories: impl IntoIterator<Item = &'a Directory>,
    ) -> Self {
        let first = directories.into_iter().next();
        let folder = first.and_then(|directory| directory.path.canonicalize().ok());
        let above = || folder.iter().flat_map(|folder| folder.ancestors());
        let checkout = std::env::var_os("GITHUB_WORKSPACE")
            .and_then(|path| PathBuf::from(path).canonicalize().ok())
            .filter(|path| above().any(|folder| folder == path));
        let root = checkout
            .or_else(|| {
                let mut above = above();
                above
                    .find(|folder| folder.join(".git").exists())
                    .map(Path::to_owned)
            })
            .or_else(|| {
                std::env::current_dir()
                    .and_then(|here| here.canonicalize())
                    .ok()
            });
        Self {
            root: root.unwrap_or_default(),
        }
    }

    /// The root.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The file of `directory` that findings call `shown`: relative to the root, `/` between its
    /// parts. One that is elsewhere has its whole path, as the error.
    pub(in crate::commands) fn relative(
        &self,
        directory: &Directory,
        shown: &str,
    ) -> Result<String, PathBuf> {
        let folder = directory.path.canonicalize();
        let file = directory.path_of(shown);
        let file = match (folder, file.strip_prefix(&directory.path)) {
            (Ok(folder), Ok(below)) => folder.join(below),
            _ => file,
        };
        match file.strip_prefix(&self.root) {
            Ok(below) => Ok(slashed(below)),
            Err(_) => Err(file),
        }
    }
}
