//! What ends a command early: a message for the user, and what to do next.

use std::error::Error;

use migcheck_core::create::WriteError;
use migcheck_core::render::RenderStyle;
use migcheck_core::{Finding, PlanError};
use migcheck_db::backup::BackupError;
use migcheck_db::{
    ConnectError, ConnectErrorKind, MigrateError, ScriptError, Undecided, mask_urls,
};

use crate::exit::Exit;

/// An error as the user sees it. Findings about migrations are not errors of the command, except
/// where they leave it without a graph to work on.
#[derive(Debug)]
pub(crate) struct CommandError {
    exit: Exit,
    message: String,
    hints: Vec<String>,
    findings: Vec<Finding>,
    statement: Option<Drawn>,
}

/// The statement that an error is about. It is drawn in place of the message.
#[derive(Debug)]
pub(crate) enum Drawn {
    /// A server refused it.
    Refused(Box<ScriptError>),
    /// It cannot be told what became of it.
    InDoubt(Box<Undecided>),
}

impl Drawn {
    /// The error with its place in the file.
    pub(crate) fn render(&self, style: RenderStyle) -> String {
        match self {
            Self::Refused(error) => error.render(style),
            Self::InDoubt(error) => error.render(style),
        }
    }
}

impl CommandError {
    /// The command was used wrongly, or what it reads cannot be used.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            // It may quote an argument that is a URL where none is expected.
            message: mask_urls(&message.into()),
            hints: Vec::new(),
            findings: Vec::new(),
            statement: None,
        }
    }

    /// The directory is so wrong that the command cannot work on it.
    pub(crate) fn unsound(message: impl Into<String>, findings: Vec<Finding>) -> Self {
        Self {
            exit: Exit::Findings,
            findings,
            ..Self::usage(message)
        }
    }

    /// A file that the command reads cannot be used.
    pub(crate) fn unusable(message: impl Into<String>, findings: Vec<Finding>) -> Self {
        Self {
            findings,
            ..Self::usage(message)
        }
    }

    /// A server was not to be had.
    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Unavailable,
            ..Self::usage(message)
        }
    }

    fn about(mut self, statement: Drawn) -> Self {
        self.statement = Some(statement);
        self
    }

    /// Of a sentence whose last part, behind a `;`, says what to do next.
    pub(crate) fn with_way_out(text: &str) -> Self {
        match text.rsplit_once("; ") {
            Some((message, way_out)) => Self::usage(message).hinted(way_out),
            None => Self::usage(text),
        }
    }

    /// Says which of several databases it is about.
    pub(crate) fn of(mut self, database: &str) -> Self {
        let said = format!("this is the database `{database}`");
        match &mut self.statement {
            Some(Drawn::Refused(error)) => error.server.notes.push(said),
            Some(Drawn::InDoubt(_)) => self.hints.push(said),
            None => self.message = format!("`{database}`: {}", self.message),
        }
        self
    }

    /// Adds what to do next.
    pub(crate) fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(mask_urls(&hint.into()));
        self
    }

    /// With another way on than the one that is usual.
    pub(crate) fn hinted_instead(mut self, hint: impl Into<String>) -> Self {
        self.hints.clear();
        self.hinted(hint)
    }

    /// Adds several things to do next.
    pub(crate) fn hinted_all(mut self, hints: impl IntoIterator<Item = String>) -> Self {
        self.hints
            .extend(hints.into_iter().map(|hint| mask_urls(&hint)));
        self
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn hints(&self) -> &[String] {
        &self.hints
    }

    pub(crate) fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The statement that it is about.
    pub(crate) fn statement(&self) -> Option<&Drawn> {
        self.statement.as_ref()
    }
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

impl From<WriteError> for CommandError {
    fn from(error: WriteError) -> Self {
        Self::usage(chain(&error)).hinted("nothing was written")
    }
}

impl From<PlanError> for CommandError {
    fn from(error: PlanError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<ConnectError> for CommandError {
    fn from(error: ConnectError) -> Self {
        let message = format!("cannot connect to {}: {}", error.url(), error.cause());
        let exit = match error.kind() {
            ConnectErrorKind::Configuration => Exit::Usage,
            _ => Exit::Unavailable,
        };
        Self {
            exit,
            ..Self::usage(message)
        }
        .hinted(error.help())
    }
}

impl From<MigrateError> for CommandError {
    fn from(error: MigrateError) -> Self {
        let exit = match &error {
            MigrateError::Script(_)
            | MigrateError::Edited(_)
            | MigrateError::Pending(_)
            | MigrateError::Unfinished(_)
            | MigrateError::Undecided(_)
            | MigrateError::UnfinishedElsewhere(_)
            | MigrateError::Ahead(_)
            | MigrateError::Renamed(_)
            | MigrateError::Deleted(_)
            | MigrateError::Skipped(_)
            | MigrateError::NotEmpty(_)
            | MigrateError::Drifted(_)
            | MigrateError::NoStoredScript(_)
            | MigrateError::NoScript { .. } => Exit::Findings,
            MigrateError::Connect { .. }
            | MigrateError::Lost { .. }
            | MigrateError::Refused { .. }
            | MigrateError::LeaseLost
            | MigrateError::LockLost
            | MigrateError::Locked(_) => Exit::Unavailable,
            _ => Exit::Usage,
        };
        match error {
            MigrateError::Backup(error) => Self::from(*error).hinted("nothing was run"),
            MigrateError::Script(script) => Self {
                exit,
                ..Self::usage(format!(
                    "the {} script of `{}` fails: {}",
                    script.direction, script.revision, script.server
                ))
            }
            .hinted_all(script.help.clone())
            .about(Drawn::Refused(script)),
            MigrateError::Refused { what, server, help } => Self {
                exit,
                ..Self::usage(format!("{what}: {server}"))
            }
            .hinted_all(help),
            MigrateError::Lost {
                during,
                cause,
                help,
            } => Self {
                exit,
                ..Self::usage(format!("the connection was lost while {during}: {cause}"))
            }
            .hinted(help),
            MigrateError::Edited(edited) => Self {
                exit,
                ..Self::usage(edited.to_string())
            }
            .hinted(edited.restore())
            .hinted_all(edited.accept()),
            MigrateError::OtherSchema(other) => Self {
                exit,
                ..Self::usage(other.to_string())
            }
            .hinted(other.meant())
            .hinted(other.begin()),
            MigrateError::Renamed(renamed) => Self {
                exit,
                ..Self::usage(renamed.to_string())
            }
            .hinted_all(renamed.ways_out()),
            MigrateError::Deleted(deleted) => Self {
                exit,
                ..Self::usage(deleted.to_string())
            }
            .hinted_all(deleted.ways_out()),
            MigrateError::Skipped(skipped) => Self {
                exit,
                ..Self::usage(skipped.to_string())
            }
            .hinted_all(skipped.ways_out()),
            MigrateError::Undecided(doubt) => Self {
                exit,
                ..Self::usage(format!(
                    "it cannot be told how the {} script of `{}` goes on",
                    doubt.direction, doubt.revision
                ))
            }
            .about(Drawn::InDoubt(doubt)),
            MigrateError::Connect { .. }
            | MigrateError::LeaseLost
            | MigrateError::LockLost
            | MigrateError::NoStoredScript(_)
            | MigrateError::NoEngine(_)
            | MigrateError::Pending(_)
            | MigrateError::Unfinished(_)
            | MigrateError::UnfinishedElsewhere(_)
            | MigrateError::Ahead(_)
            | MigrateError::OtherDirectory(_)
            | MigrateError::SearchPath { .. }
            | MigrateError::Role { .. }
            | MigrateError::Drifted(_)
            | MigrateError::NoFingerprint(_)
            | MigrateError::Shared(_)
            | MigrateError::NotEmpty(_)
            | MigrateError::Locked(_) => Self {
                exit,
                ..Self::with_way_out(&error.to_string())
            },
            error => Self {
                exit,
                ..Self::usage(error.to_string())
            },
        }
    }
}

impl From<BackupError> for CommandError {
    fn from(error: BackupError) -> Self {
        let exit = match &error {
            BackupError::Exists(_)
            | BackupError::NoDirectory(_)
            | BackupError::NoDatabase
            | BackupError::Name(_) => Exit::Usage,
            _ => Exit::Unavailable,
        };
        let told = match error {
            BackupError::Connect(error) => return error.into(),
            // Its own words, whatever signs are in them.
            BackupError::Failed { .. } => Self::usage(error.to_string())
                .hinted("the one that is found first in PATH was run; it has to suit the server"),
            error => Self::with_way_out(&error.to_string()),
        };
        Self { exit, ..told }
    }
}
