//! The arguments, and which command they lead to.

use std::ffi::OsString;

use clap::{Parser, Subcommand};

use crate::commands::{
    bases, branches, check, current, downgrade, explain, heads, history, init, lock, merge, new,
    plan, rebase, roundtrip, show, upgrade,
};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::{Format, Terminal, TerminalOptions, json};
use crate::workspace::Selection;

const EXIT_CODES: &str = "\
Exit codes:
  0    nothing wrong
  1    findings at `deny`
  2    wrong use, or a configuration that cannot be read
  3    a server or Docker was not to be had
  130  interrupted";

/// Checks, draws, creates, merges, round-trips and runs SQL migrations.
///
/// Without a command it checks.
#[derive(Debug, Parser)]
#[command(
    name = "cargo-migcheck",
    bin_name = "cargo migcheck",
    version,
    after_help = EXIT_CODES,
    subcommand_help_heading = "Commands"
)]
struct Cli {
    #[command(flatten)]
    check: check::CheckArgs,
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    terminal: TerminalOptions,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::InitArgs),
    Check(check::CheckArgs),
    New(new::NewArgs),
    Merge(merge::MergeArgs),
    Rebase(rebase::RebaseArgs),
    Heads(heads::HeadsArgs),
    Bases(bases::BasesArgs),
    Branches(branches::BranchesArgs),
    History(history::HistoryArgs),
    Show(show::ShowArgs),
    Plan(plan::PlanArgs),
    Lock(lock::LockArgs),
    Roundtrip(roundtrip::RoundtripArgs),
    Current(current::CurrentArgs),
    Upgrade(upgrade::UpgradeArgs),
    Downgrade(downgrade::DowngradeArgs),
    Explain(explain::ExplainArgs),
}

/// What every command gets.
#[derive(Debug)]
pub(crate) struct Context {
    /// Which directories are meant.
    pub(crate) selection: Selection,
    /// Where its answers go.
    pub(crate) terminal: Terminal,
}

/// Runs the command that `arguments` name.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    // Cargo runs `cargo-migcheck migcheck …` for `cargo migcheck …`.
    if arguments.get(1).is_some_and(|first| first == "migcheck") {
        arguments.remove(1);
    }
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe is no reason to fail.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Success
            };
        }
    };
    let context = Context {
        selection: cli.selection,
        terminal: Terminal::new(&cli.terminal),
    };
    let command = match cli.command {
        Some(_) if cli.check != check::CheckArgs::default() => {
            let error = CommandError::usage("an option of `check` stands before another command")
                .hinted("write `--format` after the command: `cargo migcheck heads --format json`");
            return fail(&context.terminal, Format::Human, &error);
        }
        Some(command) => command,
        None => Command::Check(cli.check),
    };
    let format = command.format();
    match command.run(&context) {
        Ok(exit) => exit,
        Err(error) => fail(&context.terminal, format, &error),
    }
}

fn fail(terminal: &Terminal, format: Format, error: &CommandError) -> Exit {
    terminal.error(error);
    if format == Format::Json {
        terminal.json(&json::Failure::of(error));
    }
    error.exit()
}

impl Command {
    fn format(&self) -> Format {
        match self {
            Self::Init(args) => args.format,
            Self::Check(args) => args.format,
            Self::New(args) => args.format,
            Self::Merge(args) => args.format,
            Self::Rebase(args) => args.format,
            Self::Heads(args) => args.format,
            Self::Bases(args) => args.format,
            Self::Branches(args) => args.format,
            Self::History(args) => args.format,
            Self::Show(args) => args.format,
            Self::Plan(args) => args.format,
            Self::Lock(args) => args.format,
            Self::Roundtrip(args) => args.format,
            Self::Current(args) => args.format,
            Self::Upgrade(args) => args.format,
            Self::Downgrade(args) => args.format,
            Self::Explain(args) => args.format,
        }
    }

    fn run(self, context: &Context) -> Result<Exit, CommandError> {
        match self {
            Self::Init(args) => args.run(context),
            Self::Check(args) => args.run(context),
            Self::New(args) => args.run(context),
            Self::Merge(args) => args.run(context),
            Self::Rebase(args) => args.run(context),
            Self::Heads(args) => args.run(context),
            Self::Bases(args) => args.run(context),
            Self::Branches(args) => args.run(context),
            Self::History(args) => args.run(context),
            Self::Show(args) => args.run(context),
            Self::Plan(args) => args.run(context),
            Self::Lock(args) => args.run(context),
            Self::Roundtrip(args) => args.run(context),
            Self::Current(args) => args.run(context),
            Self::Upgrade(args) => args.run(context),
            Self::Downgrade(args) => args.run(context),
            Self::Explain(args) => args.run(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }
}
