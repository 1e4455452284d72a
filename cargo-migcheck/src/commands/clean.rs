//! `cargo migcheck clean`: what killed runs left behind.

use std::fmt;
use std::time::Duration;

use clap::Args;
use migcheck_core::Dialect;
use migcheck_db::DatabaseUrl;
use migcheck_harness::{Leftover, LeftoverKind, Leftovers, LeftoversError, ServerSpec, Standing};
use serde::Serialize;

use super::database::block_on;
use super::duration::duration;
use super::question::agreed;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{BOLD, DIM, Format, GREEN, counted, painted};

/// Remove what killed runs left behind
///
/// A run removes everything it made, also when it fails or is interrupted; after `kill -9` its
/// things stay. This lists them and asks before it removes them: containers, servers and temporary
/// directories of this machine, and scratch databases in the servers that `--on` names. The next run
/// removes those of this machine whose process has ended, without being asked.
///
/// Only what has a name that migcheck gives is looked at, and what is in use stays: its process runs,
/// or somebody is connected to it. What comes from another machine, where that cannot be seen, has
/// to be a day old.
#[derive(Debug, Args)]
pub(crate) struct CleanArgs {
    /// A running server whose scratch databases are looked for: `postgres://…`, `mysql://…`
    #[arg(long, value_name = "URL")]
    on: Vec<String>,
    /// Only what is at least this old: `90s`, `30m`, `12h`, `7d`
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    older_than: Option<Duration>,
    /// Remove it without asking
    #[arg(long)]
    yes: bool,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Serialize)]
struct CleanAnswer<'a> {
    removed: usize,
    leftovers: Vec<JsonLeftover<'a>>,
    unseen: &'a [String],
}

#[derive(Debug, Serialize)]
struct JsonLeftover<'a> {
    kind: &'static str,
    name: &'a str,
    place: Option<&'a str>,
    seconds: u64,
    standing: &'static str,
    may_go: bool,
    removed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

/// A leftover, and what has become of it.
struct Item {
    left: Leftover,
    may_go: bool,
    /// Whether it was removed, where that was tried.
    removed: Option<Result<(), String>>,
}

impl CleanArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let servers = self.servers()?;
        let found = block_on(async { Ok(Leftovers::find(&servers).await?) })?;
        let items = found.all.into_iter().map(|left| Item {
            may_go: left.may_go(self.older_than),
            removed: None,
            left,
        });
        let mut items: Vec<Item> = items.collect();
        let is_read_by_a_person = self.format == Format::Human;
        if is_read_by_a_person {
            list(context, &items, &found.unseen);
        }
        let going = items.iter().filter(|item| item.may_go).count();
        if going > 0
            && (self.yes
                || (is_read_by_a_person
                    && agreed(&format!("Remove {}?", counted(going, "leftover")))))
        {
            block_on(async {
                for item in items.iter_mut().filter(|item| item.may_go) {
                    item.removed = Some(item.left.remove().await);
                }
                Ok(())
            })?;
        }
        match self.format {
            Format::Human => self.tell(context, &items, going),
            Format::Json => context.terminal.json(&answer(&items, &found.unseen)),
        }
        let has_failed = items
            .iter()
            .any(|item| matches!(item.removed, Some(Err(_))));
        Ok(if has_failed {
            Exit::Unavailable
        } else {
            Exit::Success
        })
    }

    /// The servers that are named.
    fn servers(&self) -> Result<Vec<DatabaseUrl>, CommandError> {
        let read = |text: &String| match text.parse() {
            Ok(ServerSpec::Url(url)) if url.dialect() != Dialect::Sqlite => Ok(url),
            Ok(other) => Err(
                CommandError::usage(format!("`{other}` is no running server"))
                    .hinted("what is left of containers and local servers is listed without `--on`")
                    .hinted("name a server by a URL: `--on postgres://user@host/database`"),
            ),
            Err(error) => Err(CommandError::usage(error.to_string())),
        };
        self.on.iter().map(read).collect()
    }

    fn tell(&self, context: &Context, items: &[Item], going: usize) {
        let terminal = &context.terminal;
        let mut removed = 0;
        for item in items {
            match &item.removed {
                Some(Ok(())) => removed += 1,
                Some(Err(error)) => {
                    terminal.error(&CommandError::unavailable(format!("still there: {error}")));
                }
                None => {}
            }
        }
        let text = if removed > 0 {
            let removed = counted(removed, "leftover");
            painted(GREEN, format_args!("removed {removed}"))
        } else if going > 0 {
            "nothing was removed".to_owned()
        } else {
            painted(GREEN, "nothing to remove")
        };
        terminal.summary(format_args!("{text}\n"));
        let staying = items.len() - going;
        if staying > 0 && !terminal.is_verbose() {
            let is = if staying == 1 { "is" } else { "are" };
            terminal.note(format_args!(
                "{staying} more {is} in use or too young; `--verbose` lists what"
            ));
        }
        if going > 0 && items.iter().all(|item| item.removed.is_none()) {
            terminal.note("`cargo migcheck clean --yes` removes without asking");
        }
    }
}

fn list(context: &Context, items: &[Item], unseen: &[String]) {
    let terminal = &context.terminal;
    for text in unseen {
        terminal.note(text);
    }
    for item in items {
        if item.may_go || terminal.is_verbose() {
            terminal.print(Line(item));
        }
    }
    if items
        .iter()
        .any(|item| item.may_go || terminal.is_verbose())
    {
        terminal.summary("\n");
    }
}

/// What a person reads of a leftover: its name on a line of its own, to be copied.
struct Line<'a>(&'a Item);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Item { left, may_go, .. } = self.0;
        let kind = format!("{:<9}", left.kind.name());
        let style = if *may_go { BOLD } else { DIM };
        let kind = painted(style, kind);
        let place = left.place.iter().map(|place| format!("{place}, "));
        let place: String = place.collect();
        let about = format!("{place}{}, {}", age(left.age), standing(left, *may_go));
        let about = painted(DIM, about);
        writeln!(f, "{kind}  {}\n{:11}{about}", left.name, "")
    }
}

fn standing(left: &Leftover, may_go: bool) -> String {
    let why = match left.standing {
        Standing::Ended => "its run has ended",
        Standing::Elsewhere => "of another machine",
        Standing::Kept => "kept by MIGCHECK_KEEP",
        _ if left.kind == LeftoverKind::Database => return "in use".to_owned(),
        _ => return "its run goes on".to_owned(),
    };
    let stays = if may_go { "" } else { "; too young" };
    format!("{why}{stays}")
}

fn age(age: Duration) -> String {
    let seconds = age.as_secs();
    match seconds {
        0..120 => format!("{} old", counted(seconds as usize, "second")),
        120..7_200 => format!("{} minutes old", seconds / 60),
        7_200..172_800 => format!("{} hours old", seconds / 3_600),
        _ => format!("{} days old", seconds / 86_400),
    }
}

fn answer<'a>(items: &'a [Item], unseen: &'a [String]) -> Answer<CleanAnswer<'a>> {
    let is_removed = |item: &Item| matches!(item.removed, Some(Ok(())));
    let leftovers = items.iter().map(|item| JsonLeftover {
        kind: item.left.kind.name(),
        name: &item.left.name,
        place: item.left.place.as_deref(),
        seconds: item.left.age.as_secs(),
        standing: item.left.standing.name(),
        may_go: item.may_go,
        removed: is_removed(item),
        error: match &item.removed {
            Some(Err(error)) => Some(error),
            _ => None,
        },
    });
    Answer::new(CleanAnswer {
        removed: items.iter().filter(|item| is_removed(item)).count(),
        leftovers: leftovers.collect(),
        unseen,
    })
}

impl From<LeftoversError> for CommandError {
    fn from(error: LeftoversError) -> Self {
        match error {
            LeftoversError::Connect(error) => error.into(),
            error => Self::unavailable(error.to_string()),
        }
    }
}
