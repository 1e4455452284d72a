//! Private temporary directories, and their end even while something still writes into them.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::names;

/// How often removing is tried, and the pause in between: a second in all.
const ATTEMPTS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(20);

/// A directory that stays until [`Directory::remove`].
#[derive(Debug)]
pub(crate) struct Directory(PathBuf);

impl Directory {
    /// Makes one that only this account can enter.
    pub(crate) fn make() -> io::Result<Self> {
        Ok(Self(names::directory()?.keep()))
    }

    /// One that an earlier process made.
    pub(crate) fn of(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Removes it with all that is in it. A program that was killed a moment ago may create one more
    /// file while its directory is being emptied, so this is tried more than once.
    pub(crate) async fn remove(self) -> Result<(), String> {
        let mut attempt = 1;
        loop {
            match std::fs::remove_dir_all(&self.0) {
                Ok(()) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                Err(error) if attempt == ATTEMPTS => {
                    return Err(format!(
                        "the directory {} ({error}); remove it",
                        self.0.display()
                    ));
                }
                Err(_) => attempt += 1,
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
