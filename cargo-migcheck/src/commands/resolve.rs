//! `cargo migcheck resolve`: say what became of an unfinished script.

use clap::{Args, ValueEnum};
use migcheck_db::{Resolution, Unfinished};
use serde::Serialize;

use super::database::{DatabaseArgs, block_on, open, tell_waiting};
use super::lease::LeaseArgs;
use super::question;
use super::unfinished::JsonUnfinished;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{BOLD, Format, painted};

/// Say what became of a script that was interrupted
///
/// After a crash `upgrade` and `downgrade` find that out by themselves where it can be found out, and go on.
/// Where it cannot, look at the database, say here what became of the statement in doubt, and run them again.
#[derive(Debug, Args)]
pub(crate) struct ResolveArgs {
    /// The revision; needed by nobody, but certain
    #[arg(value_name = "REV")]
    revision: Option<String>,
    /// What you found
    #[arg(long, value_enum, value_name = "WHAT")]
    r#as: What,
    /// Say it of the whole script: you have finished it by hand, or undone it
    #[arg(long)]
    script: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    lease: LeaseArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    Applied,
    NotApplied,
}

impl What {
    const fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::NotApplied => "not-applied",
        }
    }
}

#[derive(Debug, Serialize)]
struct ResolveAnswer<'a> {
    database: String,
    #[serde(rename = "as")]
    what: &'static str,
    /// As it was before.
    unfinished: JsonUnfinished<'a>,
    statement: Option<&'a str>,
}

impl ResolveArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let (checked, graph) = context.selection.directory()?.load()?;
        let url = self.database.url(&checked.config)?;
        let migrator = tell_waiting(self.lease.migrator(&graph)?, &context.terminal);
        let resolved = block_on(async {
            let mut session = open(&url, false).await?;
            let status = migrator.status(&mut *session).await?;
            let is_meant = |one: &Unfinished| match &self.revision {
                Some(id) => *id == one.revision,
                None => true,
            };
            let unfinished = status.unfinished.filter(is_meant);
            if let Some(unfinished) = &unfinished
                && (self.script || unfinished.in_doubt)
            {
                self.agreed(context, unfinished)?;
            }
            let resolution = match (self.r#as, self.script) {
                (What::Applied, false) => Resolution::Applied,
                (What::NotApplied, false) => Resolution::NotApplied,
                (What::Applied, true) => Resolution::ScriptApplied,
                (What::NotApplied, true) => Resolution::ScriptNotApplied,
            };
            // What was agreed to is of that revision.
            let id = unfinished.map(|one| one.revision).or(self.revision.clone());
            let resolved = migrator.resolve(&mut *session, id.as_deref(), resolution);
            Ok(resolved.await?)
        })?;
        match self.format {
            Format::Human => {
                let Unfinished {
                    revision,
                    direction,
                    ..
                } = &resolved;
                let (of, what) = (
                    if self.script { "" } else { "a statement of " },
                    self.r#as.name(),
                );
                context.terminal.summary(format_args!(
                    "recorded as {what}: {of}the {direction} script of `{revision}`\n"
                ));
                if !self.script {
                    context.terminal.note(format_args!(
                        "`cargo migcheck {direction}grade` goes on with it"
                    ));
                }
            }
            Format::Json => context.terminal.json(&Answer::new(ResolveAnswer {
                database: url.to_string(),
                what: self.r#as.name(),
                statement: resolved.doubtful.as_ref().map(|one| &*one.statement),
                unfinished: JsonUnfinished::of(&resolved),
            })),
        }
        Ok(Exit::Success)
    }

    /// Shows what it is about, and asks.
    fn agreed(&self, context: &Context, unfinished: &Unfinished) -> Result<(), CommandError> {
        let terminal = &context.terminal;
        if self.format == Format::Human {
            terminal.print(format_args!("{}\n", painted(BOLD, unfinished)));
            if let Some(doubtful) = unfinished.doubtful.as_ref().filter(|_| !self.script) {
                for line in doubtful.statement.lines() {
                    terminal.print(format_args!("  {line}\n"));
                }
            }
        }
        let of = match self.script {
            true => "this script",
            false => "this statement",
        };
        let what = match self.r#as {
            What::Applied if self.script => {
                "Is all that this script does in the database?".to_owned()
            }
            What::Applied => format!("Did {of} take effect?"),
            What::NotApplied => format!("Is nothing of {of} in the database?"),
        };
        if self.yes || (self.format == Format::Human && question::agreed(&what)) {
            return Ok(());
        }
        let error = CommandError::usage("nothing was recorded");
        Err(match question::can_ask() && self.format == Format::Human {
            true => error,
            false => error.hinted("nobody is here to be asked; `--yes` answers"),
        })
    }
}
