//! `cargo migcheck lock`: record what is new, and bless a change of history only by name.

use std::fs;
use std::io;

use clap::Args;
use migcheck_core::create;
use migcheck_core::{Code, LOCK_FILE, RelockError, Relocked, relock};
use serde::Serialize;

use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::{Answer, Directories};
use crate::output::{BOLD, Format, GREEN, RED, counted, painted};
use crate::workspace::Directory;

/// Bring migcheck.lock up to date
///
/// New revisions are recorded. A revision that was edited, removed or given another parent after it
/// was locked keeps its old record until it is accepted by name.
#[derive(Debug, Args)]
pub(crate) struct LockArgs {
    /// A revision whose change is meant, and which no database has run
    #[arg(long, value_name = "REV", value_delimiter = ',')]
    accept: Vec<String>,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Serialize)]
struct DirectoryAnswer<'a> {
    directory: &'a str,
    lock: &'a str,
    revisions: usize,
    recorded: &'a [String],
    accepted: &'a [String],
    refused: Vec<Refused<'a>>,
}

#[derive(Debug, Serialize)]
struct Refused<'a> {
    revision: &'a str,
    code: &'static str,
}

struct Done {
    directory: String,
    file: String,
    revisions: usize,
    relocked: Relocked,
}

impl LockArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let directories = if self.accept.is_empty() {
            context.selection.directories()?
        } else {
            vec![context.selection.directory()?]
        };
        let done = directories
            .iter()
            .map(|directory| self.relock(directory))
            .collect::<Result<Vec<_>, _>>()?;
        match self.format {
            Format::Human => done.iter().for_each(|done| done.print(context)),
            Format::Json => {
                let directories = done.iter().map(Done::answer).collect();
                context
                    .terminal
                    .json(&Answer::new(Directories { directories }));
            }
        }
        let refused = done.iter().any(|done| !done.relocked.refused.is_empty());
        Ok(if refused {
            Exit::Findings
        } else {
            Exit::Success
        })
    }

    fn relock(&self, directory: &Directory) -> Result<Done, CommandError> {
        let (_, graph) = directory.load()?;
        let path = directory.path.join(LOCK_FILE);
        let file = directory.file(LOCK_FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(CommandError::usage(format!("cannot read {file}: {error}"))
                    .hinted("restore it from version control"));
            }
        };
        let relocked = relock(&graph, text.as_deref(), &self.accept).map_err(|error| {
            let hint = match &error {
                RelockError::Unknown(_) => "`cargo migcheck check` names the ones that changed",
                _ => "restore it from version control, or delete it to record everything as it stands",
            };
            CommandError::usage(format!("{file}: {error}")).hinted(hint)
        })?;
        let new_text = relocked.lock.to_text();
        if text.as_deref() != Some(&new_text) {
            create::replace(&path, &new_text)?;
        }
        Ok(Done {
            directory: directory.name.clone(),
            file,
            revisions: graph.len(),
            relocked,
        })
    }
}

impl Done {
    fn answer(&self) -> DirectoryAnswer<'_> {
        let relocked = &self.relocked;
        DirectoryAnswer {
            directory: &self.directory,
            lock: &self.file,
            revisions: self.revisions,
            recorded: &relocked.recorded,
            accepted: &relocked.accepted,
            refused: relocked
                .refused
                .iter()
                .map(|(revision, code)| Refused {
                    revision,
                    code: code.name(),
                })
                .collect(),
        }
    }

    fn print(&self, context: &Context) {
        let terminal = &context.terminal;
        let relocked = &self.relocked;
        for id in &relocked.recorded {
            terminal.print(format_args!("{}  {id}\n", painted(GREEN, "recorded")));
        }
        for id in &relocked.accepted {
            terminal.print(format_args!("{}  {id}\n", painted(GREEN, "accepted")));
        }
        for (id, code) in &relocked.refused {
            terminal.print(format_args!(
                "{}   {}  {}\n",
                painted(RED, "refused"),
                painted(BOLD, id),
                reason(*code)
            ));
        }
        let file = &self.file;
        let refused = &relocked.refused;
        terminal.summary(if refused.is_empty() {
            format!("{file} records {}\n", counted(self.revisions, "revision"))
        } else {
            format!(
                "{file} still records {} as before\n",
                counted(refused.len(), "revision")
            )
        });
        if !refused.is_empty() {
            let ids: Vec<&str> = refused.iter().map(|(id, _)| id.as_str()).collect();
            terminal.note(
                "a database may have run what is recorded: undo the change, and write a new revision",
            );
            terminal.note(format_args!(
                "if no database has: `cargo migcheck lock --accept {}`",
                ids.join(",")
            ));
        }
    }
}

fn reason(code: Code) -> &'static str {
    match code {
        Code::EditedAfterLock => "was edited after it was locked",
        Code::ReparentedAfterLock => "revised something else when it was locked",
        _ => "is gone",
    }
}
