//! `cargo migcheck stamp`: record where a database is, and run nothing.

use clap::Args;
use migcheck_core::Direction;
use migcheck_db::{MigrateError, StepReport};
use serde::Serialize;

use super::database::{DatabaseArgs, block_on, open, place, tell_waiting};
use super::lease::LeaseArgs;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{DIM, Format, Line, painted};

/// Record that a database is at a target, and run nothing
///
/// For a database whose schema was made in another way. `stamp base` says that its tables are none of
/// migcheck's.
#[derive(Debug, Args)]
pub(crate) struct StampArgs {
    /// Where it is: `head`, `heads`, `base`, a revision
    #[arg(value_name = "TARGET", allow_hyphen_values = true)]
    target: String,
    /// Forget first what its history table says, whatever that is
    #[arg(long)]
    purge: bool,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    lease: LeaseArgs,
}

#[derive(Debug, Serialize)]
struct StampAnswer<'a> {
    database: String,
    recorded: Vec<&'a str>,
    forgotten: Vec<&'a str>,
    current: &'a [String],
}

impl StampArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let (checked, graph) = context.selection.directory()?.load_sound()?;
        let url = self.database.url(&checked.config)?;
        let migrator = tell_waiting(self.lease.migrator(&graph)?, &context.terminal);
        let report = block_on(async {
            let mut session = open(&url, false).await?;
            let stamped = migrator.stamp(&mut *session, &self.target, self.purge);
            stamped.await.map_err(|error| match error {
                MigrateError::Ahead(_) => CommandError::from(error).hinted_instead(
                    "stamp it with the program that has them, or forget all that is recorded with `--purge`",
                ),
                error => error.into(),
            })
        })?;
        let terminal = &context.terminal;
        let notes = report.steps.iter().flat_map(|step| &step.notes);
        notes.for_each(|note| terminal.warn(note));
        let of = |direction| {
            let steps = report.steps.iter();
            let steps = steps.filter(move |step| step.direction == direction);
            steps.map(|step| step.revision.as_str())
        };
        if self.format == Format::Json {
            terminal.json(&Answer::new(StampAnswer {
                database: url.to_string(),
                recorded: of(Direction::Up).collect(),
                forgotten: of(Direction::Down).collect(),
                current: &report.current,
            }));
            return Ok(Exit::Success);
        }
        let line = |step: &StepReport| {
            let word = match step.direction {
                Direction::Up => "recorded ",
                Direction::Down => "forgotten",
            };
            (word, Line::recorded(&graph, &step.revision))
        };
        let lines: Vec<(&str, Line)> = report.steps.iter().map(line).collect();
        let id_width = lines.iter().map(|(_, line)| line.id_width()).max();
        let room = terminal.columns().map(|columns| columns.saturating_sub(11));
        for (word, line) in &lines {
            let line = line.render(id_width.unwrap_or(0), room);
            terminal.print(format_args!("{}  {line}\n", painted(DIM, word)));
        }
        let now = place(&report.current);
        terminal.summary(format_args!("nothing was run: {url} is at {now}\n"));
        Ok(Exit::Success)
    }
}
