//! What to do about a refusal: which right is missing and who gives it, what is full, who has to end
//! first.
//!
//! The server is asked who is connected and what the names are, so that a statement can be copied as
//! it stands. Where nothing certain can be said, nothing is.

#[cfg(feature = "mysql")]
pub(crate) mod mysql;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;

use crate::ServerError;
use crate::limited::NO_ANSWER;
use crate::lock::LOCK_LOST;
use crate::migrate_error::MigrateError;
use crate::run::Run;
use crate::script::ScriptError;
#[cfg(any(feature = "mysql", feature = "postgres"))]
use crate::session::Session;

/// What was refused.
pub(crate) struct Refusal<'a> {
    pub(crate) error: &'a ServerError,
    /// The statement of a script; none where it was something of migcheck's own.
    pub(crate) statement: Option<&'a str>,
    /// Whether the history table was only to be read.
    pub(crate) reads: bool,
}

impl Refusal<'_> {
    /// The server's number for it.
    pub(crate) fn code(&self) -> &str {
        self.error.code.as_deref().unwrap_or_default()
    }

    /// The first word of the statement, in capitals.
    pub(crate) fn verb(&self) -> String {
        let text = self.statement.unwrap_or_default();
        let word = text.split(|c: char| !c.is_alphanumeric()).next();
        word.unwrap_or_default().to_ascii_uppercase()
    }
}

/// What could not be done where nothing is written.
pub(crate) const CANNOT_READ: &str = "the history table cannot be read";

/// What could not be done where a script is not to blame.
pub(crate) const CANNOT_WRITE: &str = "the history table could not be written";

/// What was done so far is safe, so that the same run may be tried again.
pub(crate) const AGAIN: &str = "run this again: it goes on where it stopped";

/// What ended is the connection, and not what was sent over it.
fn lost(script: &ScriptError) -> MigrateError {
    let (direction, revision) = (script.direction, &script.revision);
    let during = match script.pointed_at.is_empty() {
        true => format!("the {direction} script of `{revision}` was recorded"),
        false => format!(
            "the {direction} script of `{revision}` ran ({}:{})",
            script.source.path,
            script.line()
        ),
    };
    MigrateError::Lost {
        during,
        cause: script.server.why_lost(),
        help: lost_help(),
    }
}

fn lost_help() -> String {
    format!("see the server's log for why, as a full disk is; when it is back, {AGAIN}")
}

/// No room is left.
pub(crate) fn full(disk: &str) -> String {
    format!("make room on {disk}, then {AGAIN}")
}

/// The only row of a query; nothing where it has another shape, or is refused.
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(crate) async fn one<const N: usize>(
    session: &mut dyn Session,
    sql: &str,
) -> Option<[String; N]> {
    let rows = session.rows(sql, &[]).await.ok()?;
    let row: Option<Vec<String>> = rows.into_iter().next()?.into_iter().collect();
    row?.try_into().ok()
}

impl Run<'_> {
    /// The error with what to do about it, where a server's refusal is its cause.
    pub(crate) async fn advised(&mut self, error: MigrateError) -> MigrateError {
        match error {
            MigrateError::Refused { server, .. } if server.message.contains(LOCK_LOST) => {
                MigrateError::LockLost
            }
            MigrateError::Script(script) if script.server.message.contains(LOCK_LOST) => {
                MigrateError::LockLost
            }
            MigrateError::Refused {
                what,
                server,
                help: None,
            } => {
                let refusal = Refusal {
                    error: &server,
                    statement: None,
                    reads: what == CANNOT_READ,
                };
                let help = self.advice(&refusal).await;
                MigrateError::Refused { what, server, help }
            }
            MigrateError::Script(script) if script.server.is_lost() => lost(&script),
            MigrateError::Script(mut script) if script.help.is_none() => {
                let error = &script.server;
                let statement = (!script.pointed_at.is_empty()).then(|| script.statement());
                // The row of the history goes with the end of a script, which is not to blame for it.
                let is_history = statement.is_none()
                    && (self.engine.is_denied(error, &self.table)
                        || error.message.contains(&self.table.name));
                let refusal = Refusal {
                    error,
                    statement,
                    reads: false,
                };
                let help = self.advice(&refusal).await;
                if is_history {
                    return MigrateError::Refused {
                        what: CANNOT_WRITE,
                        server: Box::new(script.server),
                        help,
                    };
                }
                script.help = help;
                MigrateError::Script(script)
            }
            other => other,
        }
    }

    async fn advice(&mut self, refusal: &Refusal<'_>) -> Option<String> {
        let error = refusal.error;
        if error.is_lost() {
            return Some(lost_help());
        }
        if error.message.starts_with(NO_ANSWER) {
            let sessions = self.engine.sessions();
            return Some(format!(
                "see {sessions} for what it waits for, and the server's log for a full disk; when that has \
                 ended, {AGAIN}"
            ));
        }
        self.engine
            .advice(&mut *self.session, &self.table, refusal)
            .await
    }
}
