//! Where progress is told: one line on a terminal, which is gone when the answer is there; elsewhere a line
//! now and then, so that the log of a long run is not silent.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use super::terminal::Terminal;

/// The line, and who reads it.
#[derive(Debug, Clone)]
pub(crate) struct ProgressLine {
    to: Reader,
    columns: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// Somebody watches.
    Terminal,
    /// Somebody may look it up later.
    Log,
    /// Nobody wants to know.
    Nobody,
}

/// Back to the start of the line, and clear it. It is no colour, so that `NO_COLOR` keeps it.
const CLEAR: &str = "\r\x1b[2K";

/// How often a log is told.
const PAUSE: Duration = Duration::from_secs(10);

/// The widest that a bar is, and the narrowest that says anything, in columns.
pub(crate) const BAR: usize = 24;
pub(crate) const SHORTEST_BAR: usize = 8;

impl ProgressLine {
    pub(crate) fn new(terminal: &Terminal) -> Self {
        Self {
            to: match (terminal.is_quiet(), terminal.is_watched()) {
                (true, _) => Reader::Nobody,
                (false, true) => Reader::Terminal,
                (false, false) => Reader::Log,
            },
            columns: terminal.width(),
        }
    }

    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// Puts a line in the place of the one that somebody watches.
    pub(crate) fn show(&self, line: &str) {
        if self.to == Reader::Terminal {
            let line: String = line.chars().take(self.columns.saturating_sub(1)).collect();
            let mut stderr = io::stderr();
            let _ = write!(stderr, "{CLEAR}{line}").and_then(|()| stderr.flush());
        }
    }

    /// Tells a log, if it has not been told since `told` for long enough.
    pub(crate) fn log(&self, told: &mut Instant, line: &str) {
        if self.to == Reader::Log && told.elapsed() >= PAUSE {
            *told = Instant::now();
            self.print(line);
        }
    }

    /// Writes a line that stays.
    pub(crate) fn print(&self, line: &str) {
        let clear = match self.to {
            Reader::Terminal => CLEAR,
            Reader::Log | Reader::Nobody => "",
        };
        let _ = writeln!(io::stderr(), "{clear}{line}");
    }

    /// Takes the line away.
    pub(crate) fn clear(&self) {
        self.show("");
    }
}

/// A bar of so many columns.
pub(crate) fn bar(width: usize, done: usize, of: usize) -> String {
    let full = (width * done.min(of)).checked_div(of);
    let full = full.unwrap_or(width);
    format!("[{}{}]", "#".repeat(full), " ".repeat(width - full))
}
