//! The arguments, and which command they lead to.

use std::ffi::OsString;
use std::io::Write as _;

use clap::{CommandFactory as _, Parser, Subcommand};
use migcheck_db::mask_urls;

use crate::commands::check::CheckFormat;
use crate::commands::roundtrip::RoundtripFormat;
use crate::commands::{
    adopt, backup, bases, branches, check, clean, completions, current, downgrade, drift, explain,
    graph, heads, history, identify, import, init, lock, manual, merge, new, plan, rebase, reset,
    resolve, roundtrip, show, snapshot, sql, stamp, status, upgrade, verify,
};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::{Format, Terminal, TerminalOptions};
use crate::workspace::Selection;

/// What the numbers mean that a command ends with.
pub(crate) const EXIT_CODES: &str = "\
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
    Graph(graph::GraphArgs),
    Show(show::ShowArgs),
    Plan(plan::PlanArgs),
    Sql(sql::SqlArgs),
    Lock(lock::LockArgs),
    Import(import::ImportArgs),
    Roundtrip(roundtrip::RoundtripArgs),
    Clean(clean::CleanArgs),
    Status(status::StatusArgs),
    Current(current::CurrentArgs),
    Upgrade(upgrade::UpgradeArgs),
    Downgrade(downgrade::DowngradeArgs),
    Adopt(adopt::AdoptArgs),
    Identify(identify::IdentifyArgs),
    Verify(verify::VerifyArgs),
    Stamp(stamp::StampArgs),
    Resolve(resolve::ResolveArgs),
    Drift(drift::DriftArgs),
    Snapshot(snapshot::SnapshotArgs),
    Backup(backup::BackupArgs),
    Reset(reset::ResetArgs),
    Explain(explain::ExplainArgs),
    Completions(completions::CompletionsArgs),
    Manual(manual::ManualArgs),
}

/// What every command gets.
#[derive(Debug)]
pub(crate) struct Context {
    /// Which directories are meant.
    pub(crate) selection: Selection,
    /// Where its answers go.
    pub(crate) terminal: Terminal,
}

/// The arguments as clap knows them: for what describes them.
pub(crate) fn command() -> clap::Command {
    Cli::command()
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
            let text = error.render();
            // A closed pipe is no reason to fail.
            let _ = match mask_urls(&text.to_string()) {
                masked if masked == text.to_string() => error.print(),
                masked => write!(anstream::stderr(), "{masked}"),
            };
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
                .hinted("write options after the command: `cargo migcheck heads --format json`");
            return fail(&context.terminal, Teller::Check(CheckFormat::Human), &error);
        }
        Some(command) => command,
        None => Command::Check(cli.check),
    };
    let teller = command.teller();
    match command.run(&context) {
        Ok(exit) => exit,
        Err(error) => fail(&context.terminal, teller, &error),
    }
}

fn fail(terminal: &Terminal, teller: Teller, error: &CommandError) -> Exit {
    terminal.error(error);
    match teller {
        Teller::Check(format) => format.fail(terminal, error),
        Teller::Roundtrip(format) => format.fail(terminal, error),
    }
    error.exit()
}

/// Who tells a program why there is no answer. What `check` alone can say is wider than what other
/// commands can.
#[derive(Debug, Clone, Copy)]
enum Teller {
    Check(CheckFormat),
    Roundtrip(RoundtripFormat),
}

impl Command {
    /// Who reads the answer.
    fn teller(&self) -> Teller {
        let format = match self {
            Self::Check(args) => return Teller::Check(args.format),
            Self::Roundtrip(args) => return Teller::Roundtrip(args.format),
            Self::Init(args) => args.format,
            Self::New(args) => args.format,
            Self::Merge(args) => args.format,
            Self::Rebase(args) => args.format,
            Self::Heads(args) => args.format,
            Self::Bases(args) => args.format,
            Self::Branches(args) => args.format,
            Self::History(args) => args.format,
            Self::Graph(args) => args.format.of_failure(),
            Self::Show(args) => args.format,
            Self::Plan(args) => args.format,
            Self::Sql(args) => args.format,
            Self::Lock(args) => args.format,
            Self::Import(args) => args.format,
            Self::Clean(args) => args.format,
            Self::Status(args) => args.format,
            Self::Current(args) => args.format,
            Self::Upgrade(args) => args.format,
            Self::Downgrade(args) => args.format,
            Self::Adopt(args) => args.format,
            Self::Identify(args) => args.format,
            Self::Verify(args) => args.format,
            Self::Stamp(args) => args.format,
            Self::Resolve(args) => args.format,
            Self::Drift(args) => args.format,
            Self::Snapshot(args) => args.format,
            Self::Backup(args) => args.format,
            Self::Reset(args) => args.format,
            Self::Explain(args) => args.format,
            Self::Completions(_) | Self::Manual(_) => Format::Human,
        };
        Teller::Check(format.into())
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
            Self::Graph(args) => args.run(context),
            Self::Show(args) => args.run(context),
            Self::Plan(args) => args.run(context),
            Self::Sql(args) => args.run(context),
            Self::Lock(args) => args.run(context),
            Self::Import(args) => args.run(context),
            Self::Roundtrip(args) => args.run(context),
            Self::Clean(args) => args.run(context),
            Self::Status(args) => args.run(context),
            Self::Current(args) => args.run(context),
            Self::Upgrade(args) => args.run(context),
            Self::Downgrade(args) => args.run(context),
            Self::Adopt(args) => args.run(context),
            Self::Identify(args) => args.run(context),
            Self::Verify(args) => args.run(context),
            Self::Stamp(args) => args.run(context),
            Self::Resolve(args) => args.run(context),
            Self::Drift(args) => args.run(context),
            Self::Snapshot(args) => args.run(context),
            Self::Backup(args) => args.run(context),
            Self::Reset(args) => args.run(context),
            Self::Explain(args) => args.run(context),
            Self::Completions(args) => Ok(args.run(context)),
            Self::Manual(args) => Ok(args.run(context)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        command().debug_assert();
    }
}
