//! `cargo migcheck backup`, and the backup that `--backup` makes before something is taken away.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use clap::Args;
use migcheck_db::DatabaseUrl;
use migcheck_db::backup::{Backup, BackupFirst, backup};
use serde::Serialize;

use super::database::{DatabaseArgs, block_on_until_signal};
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{Format, Terminal};

/// Back a database up
///
/// It is made by pg_dump, mysqldump or mariadb-dump, which have to be installed, or by SQLite itself. The file has its name when it is complete, and replaces no other; only its owner can read it. In a
/// directory it is called after the environment, or the database, and the time in UTC.
#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// A directory, or a file that is not there yet
    #[arg(long, value_name = "PATH")]
    to: PathBuf,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Debug, Serialize)]
struct BackupAnswer {
    database: String,
    #[serde(flatten)]
    backup: JsonBackup,
}

/// A backup, as programs read of it.
#[derive(Debug, Serialize)]
pub(super) struct JsonBackup {
    file: String,
    bytes: u64,
    restore: String,
}

impl JsonBackup {
    pub(super) fn of(backup: &Backup) -> Self {
        Self {
            file: backup.file.display().to_string(),
            bytes: backup.bytes,
            restore: backup.restore.clone(),
        }
    }
}

impl BackupArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let checked = context.selection.directory()?.check();
        let url = self.database.url(&checked.config)?;
        let label = self.database.label(&url);
        let made = block_on_until_signal(async { Ok(backup(&url, &self.to, &label).await?) })?;
        match self.format {
            Format::Human => {
                let (file, size) = (made.file.display(), size(made.bytes));
                context.terminal.print(format_args!("{file}  {size}\n"));
                context.terminal.note(way_back(&made));
            }
            Format::Json => context.terminal.json(&Answer::new(BackupAnswer {
                database: url.to_string(),
                backup: JsonBackup::of(&made),
            })),
        }
        Ok(Exit::Success)
    }
}

/// The backup that a run makes before it takes something away, and where it is found afterwards. It is
/// told of as soon as it is there.
pub(super) fn first(
    terminal: &Terminal,
    url: &DatabaseUrl,
    to: &Path,
    label: &str,
) -> (BackupFirst, Arc<OnceLock<Backup>>) {
    let made = Arc::new(OnceLock::new());
    let (keep, terminal) = (Arc::clone(&made), terminal.clone());
    let first = BackupFirst::new(url, to, label).on_made(move |backup| {
        let (file, size) = (backup.file.display(), size(backup.bytes));
        terminal.note(format_args!("backed up to {file} ({size})"));
        terminal.note(way_back(backup));
        // One run makes one.
        let _kept = keep.set(backup.clone());
    });
    (first, made)
}

/// The command has a line of its own, which is not broken: it is there to be copied.
fn way_back(made: &Backup) -> String {
    format!("this restores it, {}:\n    {}", made.proviso, made.restore)
}

/// A number of bytes in three digits.
fn size(bytes: u64) -> String {
    let mut size = bytes as f64;
    for unit in ["bytes", "kB", "MB", "GB"] {
        if size < 1_000.0 {
            return match unit {
                "bytes" => format!("{bytes} bytes"),
                _ => format!("{size:.1} {unit}"),
            };
        }
        size /= 1_000.0;
    }
    format!("{size:.1} TB")
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_short() {
        for (bytes, shown) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_500, "1.5 kB"),
            (20_000_000, "20.0 MB"),
            (3_000_000_000_000, "3.0 TB"),
        ] {
            assert_eq!(size(bytes), shown);
        }
    }
}
