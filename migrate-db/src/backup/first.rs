//! The backup that a run makes before it takes something away.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Backup, BackupError, backup};
use crate::DatabaseUrl;

/// Where a run puts a backup before it takes something away; see
/// [`Migrator::backup_first`](crate::Migrator::backup_first).
#[derive(Clone)]
pub struct BackupFirst {
    url: DatabaseUrl,
    directory: PathBuf,
    label: String,
    told: Option<Told>,
}

/// Somebody who wants to know.
type Told = Arc<dyn Fn(&Backup) + Send + Sync>;

impl BackupFirst {
    /// A backup of `url`, which is the database that the run is on, in an existing directory. Its
    /// file is called after `label` and the time.
    pub fn new(url: &DatabaseUrl, directory: impl Into<PathBuf>, label: impl Into<String>) -> Self {
        Self {
            url: url.clone(),
            directory: directory.into(),
            label: label.into(),
            told: None,
        }
    }

    /// Calls `told` as soon as there is a backup: the run that follows may fail.
    #[must_use]
    pub fn on_made(mut self, told: impl Fn(&Backup) + Send + Sync + 'static) -> Self {
        self.told = Some(Arc::new(told));
        self
    }

    pub(crate) async fn make(&self) -> Result<(), BackupError> {
        if !self.directory.is_dir() {
            return Err(BackupError::NoDirectory(self.directory.clone()));
        }
        let made = backup(&self.url, &self.directory, &self.label).await?;
        if let Some(told) = &self.told {
            told(&made);
        }
        Ok(())
    }
}

impl fmt::Debug for BackupFirst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackupFirst")
            .field("url", &self.url)
            .field("directory", &self.directory)
            .field("label", &self.label)
            .finish_non_exhaustive()
    }
}
