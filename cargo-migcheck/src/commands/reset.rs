//! `cargo migcheck reset`: empty a database that may be emptied.

use clap::Args;
use migcheck_core::Config;
use migcheck_db::{DatabaseUrl, Kept, MigrateError, Migrator, ResetReport};
use serde::Serialize;

use super::database::{block_on, database_name, open, tell_waiting};
use super::{environment, question};
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{DIM, Format, Terminal, counted, painted, wrapped};

/// Empty a database, history included
///
/// Only an environment whose `allow-reset = true` stands in migcheck.toml is emptied, and only when its
/// database's name is typed. The database itself stays, with its settings and who may use it.
#[derive(Debug, Args)]
pub(crate) struct ResetArgs {
    /// The environment of migcheck.toml
    #[arg(long, value_name = "NAME")]
    env: String,
    /// The name of the database, typed in advance
    #[arg(long, value_name = "DATABASE")]
    confirm: Option<String>,
    /// Apply every revision afterwards
    #[arg(long)]
    upgrade: bool,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Serialize)]
struct ResetAnswer {
    database: String,
    dropped: Vec<String>,
    kept: Vec<String>,
    settings: Vec<String>,
    current: Vec<String>,
}

impl ResetArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let directory = context.selection.directory()?;
        // What would be applied has to be sound before anything goes.
        let (checked, graph) = match self.upgrade {
            true => directory.load_sound()?,
            false => directory.load()?,
        };
        let url = self.allowed(&checked.config)?;
        self.confirmed(&context.terminal, &url)?;
        let migrator = tell_waiting(Migrator::new(&graph)?, &context.terminal);
        let (report, current) = block_on(async {
            let mut session = open(&url, false).await?;
            let report = migrator.reset(&mut *session).await.map_err(|error| {
                let refused = matches!(error, MigrateError::Refused { .. });
                let error = CommandError::from(error);
                match refused {
                    true => error.hinted("mend that, and run it again: it drops what is left"),
                    false => error,
                }
            })?;
            let current = match self.upgrade {
                true => migrator.upgrade(&mut *session, "heads").await?.current,
                false => Vec::new(),
            };
            Ok((report, current))
        })?;
        match self.format {
            Format::Human => print(context, &url, &report, &current),
            Format::Json => context.terminal.json(&Answer::new(ResetAnswer {
                database: url.to_string(),
                dropped: report.dropped,
                kept: report.kept.iter().map(Kept::to_string).collect(),
                settings: report.settings.iter().map(Kept::to_string).collect(),
                current,
            })),
        }
        Ok(Exit::Success)
    }

    /// The URL, if migcheck.toml lets it be emptied.
    fn allowed(&self, config: &Config) -> Result<DatabaseUrl, CommandError> {
        let name = &self.env;
        if !environment::named(config, name)?.allow_reset {
            return Err(CommandError::usage(format!(
                "the environment `{name}` may not be reset"
            ))
            .hinted(format!(
                "if everything in it may be lost, say so in migcheck.toml:\n[environments.{name}]\nallow-reset = true"
            )));
        }
        environment::url(config, name)
    }

    fn confirmed(&self, terminal: &Terminal, url: &DatabaseUrl) -> Result<(), CommandError> {
        let name = database_name(url);
        let typed = match &self.confirm {
            Some(typed) => typed.clone(),
            None => {
                let question =
                    format!("Everything in {url} will be lost. Type the database's name:");
                let question = wrapped(&question, "", terminal.width());
                question::typed(question.trim_end()).ok_or_else(|| {
                    CommandError::usage("nobody is here to type the database's name")
                        .hinted(format!("`--confirm {name}` types it in advance"))
                })?
            }
        };
        if typed == name {
            return Ok(());
        }
        Err(
            CommandError::usage(format!("the database is called `{name}`, not `{typed}`"))
                .hinted("nothing was changed"),
        )
    }
}

fn print(context: &Context, url: &DatabaseUrl, report: &ResetReport, current: &[String]) {
    let terminal = &context.terminal;
    if terminal.is_verbose() {
        for what in &report.dropped {
            terminal.print(format_args!("{}  {what}\n", painted(DIM, "dropped")));
        }
    }
    for kept in &report.kept {
        terminal.warn(format_args!("{} stays: {}", kept.what, kept.why));
    }
    for setting in &report.settings {
        terminal.detail(format_args!("{} stays: {}", setting.what, setting.why));
    }
    let dropped = counted(report.dropped.len(), "object");
    let now = match current {
        [] if report.kept.is_empty() => "empty".to_owned(),
        [] => "empty but for what stays".to_owned(),
        heads => format!("at {}", heads.join(", ")),
    };
    terminal.summary(format_args!("dropped {dropped}: {url} is {now}\n"));
}
