//! `cargo migcheck backup`, and the backup that `--backup` makes before something is taken away.

use std::path::{Path, PathBuf};

use clap::Args;
use migcheck_core::Direction;
use migcheck_db::backup::{Backup, BackupError, backup, is_destructive};
use migcheck_db::{DatabaseUrl, Migrator, Session};
use serde::Serialize;

use super::database::{DatabaseArgs, Run, block_on};
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
        let made = block_on(async { Ok(backup(&url, &self.to, &label).await?) })?;
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

/// Makes a backup if the run will take something away: every downgrade does.
pub(super) async fn before(
    migrator: &Migrator,
    session: &mut dyn Session,
    run: &Run<'_>,
    url: &DatabaseUrl,
    to: &Path,
    label: &str,
) -> Result<Option<Backup>, CommandError> {
    let graph = migrator.graph();
    let plan = migrator.plan(session, run.target, run.direction).await?;
    let dialect = url.dialect();
    let takes_away = plan.steps.iter().any(|step| {
        let script = graph.get(step.revision);
        let script = script.and_then(|revision| revision.script(step.direction, dialect));
        step.direction == Direction::Down
            || script.is_some_and(|script| is_destructive(script, dialect))
    });
    if !takes_away {
        return Ok(None);
    }
    let made = match to.is_dir() {
        true => backup(url, to, label).await,
        false => Err(BackupError::NoDirectory(to.to_owned())),
    };
    made.map(Some)
        .map_err(|error| CommandError::from(error).hinted("nothing was run"))
}

/// Says that there is one, and the way back.
pub(super) fn tell(terminal: &Terminal, made: &Backup) {
    let (file, size) = (made.file.display(), size(made.bytes));
    terminal.note(format_args!("backed up to {file} ({size})"));
    terminal.note(way_back(made));
}

fn way_back(made: &Backup) -> String {
    format!("`{}` restores it, {}", made.restore, made.proviso)
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
