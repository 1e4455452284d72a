//! `cargo migcheck`: arguments in, rendered answers out. What is computed is computed in the libraries.

mod cli;
mod commands;
mod error;
mod exit;
mod git;
mod output;
mod workspace;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(std::env::args_os()).into()
}
