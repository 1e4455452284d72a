//! Answers on their way out: to a person's terminal, or as JSON to a program.

mod graph;
pub(crate) mod json;
mod picture;
mod progress;
mod progress_line;
mod region;
mod revisions;
mod style;
mod terminal;

pub(crate) use graph::draw;
pub(crate) use picture::{MAX_CHARACTERS, MAX_EDGES, Picture};
pub(crate) use progress::Progress;
pub(crate) use progress_line::{BAR, ProgressLine, SHORTEST_BAR, bar};
pub(crate) use region::Region;
pub(crate) use revisions::{Line, Standing, marks, table};
pub(crate) use style::{BOLD, DIM, GREEN, RED, YELLOW, painted};
pub(crate) use terminal::{Terminal, TerminalOptions};

pub(crate) use migcheck_core::render::wrapped;

use clap::ValueEnum;

/// Who reads the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Human,
    // One JSON object, described in docs/json.md.
    Json,
}

/// `1 revision`, `2 revisions`.
pub(crate) fn counted(count: usize, one: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {one}{s}")
}
