//! Where `init` makes things.

use std::path::{Path, PathBuf};

use crate::error::CommandError;
use crate::workspace::{DEFAULT_DIRECTORY, Home, Selection, folder_of, named_in_manifest, slashed};

/// Where things are made.
pub(super) struct Place {
    /// What the names of files are relative to: the package's folder, or where the command ran.
    pub(super) root: PathBuf,
    /// The migration directory, below that.
    pub(super) directory: String,
    /// The package, where there is one.
    pub(super) home: Option<Home>,
}

impl Place {
    pub(super) fn of(selection: &Selection) -> Result<Self, CommandError> {
        let in_package = |home: Home, directory| Self {
            root: folder_of(&home.package).to_owned(),
            directory,
            home: Some(home),
        };
        match selection.directory.as_slice() {
            [] => {
                let home = selection.package()?;
                let named = named_in_manifest(&home.package)?.unwrap_or_default();
                let directory = named.into_iter().next();
                let directory = directory.unwrap_or_else(|| DEFAULT_DIRECTORY.to_owned());
                Ok(in_package(home, directory))
            }
            [one] => {
                if let Some((home, directory)) = Home::around(one) {
                    return Ok(in_package(home, directory));
                }
                let name = slashed(one);
                let name = name.trim_start_matches("./").trim_end_matches('/');
                Ok(Self {
                    root: PathBuf::new(),
                    directory: name.to_owned(),
                    home: None,
                })
            }
            _ => Err(CommandError::usage("`init` makes one directory at a time")
                .hinted("run it once for each")),
        }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.root.join(&self.directory)
    }

    /// Where a job runs; the folder of the repository it is in, from `root`; and what is between
    /// the two.
    pub(super) fn repository(&self) -> (String, String) {
        let start = match &self.home {
            Some(home) => home.workspace.clone(),
            None => PathBuf::from("."),
        };
        let start = start.canonicalize().unwrap_or(start);
        let repository = start
            .ancestors()
            .find(|folder| folder.join(".git").exists());
        let repository = repository.unwrap_or(&start);
        let folder = slashed(start.strip_prefix(repository).unwrap_or(Path::new("")));
        let root = match self.root.as_os_str().is_empty() {
            true => Path::new(".").canonicalize(),
            false => self.root.canonicalize(),
        };
        let above = root.ok().and_then(|root| {
            let below = root.strip_prefix(repository).ok()?;
            Some("../".repeat(below.components().count()))
        });
        (folder, above.unwrap_or_default())
    }
}
