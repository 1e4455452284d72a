//! The user's editor, for a file that was written just now.

use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::process::Command;

use crate::error::CommandError;

/// What `$VISUAL` or `$EDITOR` says: a command with its arguments.
pub(crate) struct Editor(String);

impl Editor {
    /// The editor of the environment.
    ///
    /// # Errors
    ///
    /// There is none, or no terminal for it.
    pub(crate) fn of_environment() -> Result<Self, CommandError> {
        if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
            return Err(
                CommandError::usage("`--edit` needs a terminal, and there is none")
                    .hinted("leave `--edit` out: the files can be edited afterwards"),
            );
        }
        ["VISUAL", "EDITOR"]
            .iter()
            .filter_map(|variable| std::env::var(variable).ok())
            .find(|command| !command.trim().is_empty())
            .map(Self)
            .ok_or_else(|| {
                CommandError::usage("`--edit` opens $VISUAL or $EDITOR, and neither is set")
                    .hinted("set one of them: `export EDITOR=vim`")
            })
    }

    /// Opens `file`, and waits for the editor to end.
    ///
    /// # Errors
    ///
    /// It cannot be started, or reports a failure.
    pub(crate) fn open(&self, file: &Path) -> Result<(), CommandError> {
        let ended = self.command(file).status();
        let what = match ended {
            Ok(status) if status.success() => return Ok(()),
            // What a shell says of a command that is not there, which it has named already.
            Ok(status) if status.code() == Some(127) => "cannot be started".to_owned(),
            Ok(status) => format!("ended with {status}"),
            Err(error) => format!("cannot be started: {error}"),
        };
        Err(
            CommandError::usage(format!("the editor `{}` {what}", self.0))
                .hinted("the new files are there, and can be edited at any time"),
        )
    }

    /// As git does: the shell takes the editor's arguments apart.
    #[cfg(unix)]
    fn command(&self, file: &Path) -> Command {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{} \"$@\"", self.0));
        command.arg(&self.0).arg(file);
        command
    }

    #[cfg(not(unix))]
    fn command(&self, file: &Path) -> Command {
        let mut words = self.0.split_whitespace();
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).arg(file);
        command
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_editor_may_have_arguments_and_a_file_spaces() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("two words.sql");
        std::fs::write(&file, "-- users\n").unwrap();
        let editor = Editor("sed -i -e 's/users/my users/'".to_owned());
        editor.open(&file).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "-- my users\n");
    }

    #[test]
    fn an_editor_that_fails_is_named_with_its_exit_status() {
        let error = Editor("exit 3; true".to_owned()).open(Path::new("x"));
        let message = error.unwrap_err().message().to_owned();
        assert_eq!(
            message,
            "the editor `exit 3; true` ended with exit status: 3"
        );
        let error = Editor("no-such-editor-anywhere -x".to_owned()).open(Path::new("x"));
        assert!(error.unwrap_err().message().ends_with("cannot be started"));
    }
}
