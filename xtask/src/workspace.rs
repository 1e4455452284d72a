//! Where the sources and the build's files are.

use std::env;
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// The workspace this program belongs to.
    pub(crate) fn locate() -> Self {
        // At run time cargo says where the checkout is now; it may have moved since the build.
        let manifest_dir = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest_dir
            .parent()
            .map_or_else(|| manifest_dir.clone(), Path::to_path_buf);
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(
            || root.join("target"),
            // Cargo takes a relative one from the current directory; so does this, made absolute for
            // programs that start elsewhere.
            |dir| env::current_dir().map_or_else(|_| PathBuf::from(&dir), |here| here.join(&dir)),
        );
        Self { root, target }
    }

    /// The directory of the workspace's `Cargo.toml`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where xtask keeps its own files: logs, package indexes.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// The recipes for images, and the scripts that build them.
    pub(crate) fn images(&self) -> PathBuf {
        self.root.join("xtask").join("images")
    }
}
