//! The two streams: answers on stdout, everything else on stderr.

use std::fmt::Display;
use std::io::{self, IsTerminal as _};

use anstream::{AutoStream, ColorChoice};
use clap::{Args, ValueEnum};
use migcheck_core::Finding;
use migcheck_core::render::{RenderStyle, gutter, render_all, wrapped};
use serde::Serialize;

use super::style::{GREEN, RED, YELLOW, painted};
use crate::error::CommandError;

/// How a command speaks.
#[derive(Debug, Args)]
pub(crate) struct TerminalOptions {
    /// When to use colour
    #[arg(long, value_name = "WHEN", global = true, help_heading = "Output")]
    color: Option<When>,
    /// Print the answer and nothing around it
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        help_heading = "Output"
    )]
    quiet: bool,
    /// Say what is looked at, and why
    #[arg(short, long, global = true, help_heading = "Output")]
    verbose: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

impl From<When> for ColorChoice {
    fn from(when: When) -> Self {
        match when {
            When::Auto => Self::Auto,
            When::Always => Self::Always,
            When::Never => Self::Never,
        }
    }
}

/// Where a command's answers go.
#[derive(Debug, Clone)]
pub(crate) struct Terminal {
    quiet: bool,
    verbose: bool,
    /// The columns of the terminal; `None` where nobody looks at a terminal.
    columns: Option<usize>,
}

/// The columns that reports are drawn for where there is no terminal: a CI log's.
const WIDTH_OF_A_LOG: usize = 140;

impl Terminal {
    /// Reads the options and the environment.
    pub(crate) fn new(options: &TerminalOptions) -> Self {
        color_choice(options).write_global();
        Self {
            quiet: options.quiet,
            verbose: options.verbose,
            columns: columns(),
        }
    }

    /// The columns of the terminal, where there is one.
    pub(crate) fn columns(&self) -> Option<usize> {
        self.columns
    }

    /// The columns to draw for.
    pub(crate) fn width(&self) -> usize {
        self.columns.unwrap_or(WIDTH_OF_A_LOG)
    }

    /// Prints the answer.
    pub(crate) fn print(&self, text: impl Display) {
        put(anstream::stdout(), text);
    }

    /// Prints what sums the answer up, and can be done without.
    pub(crate) fn summary(&self, text: impl Display) {
        if !self.quiet {
            self.print(text);
        }
    }

    /// Prints the answer for a program.
    pub(crate) fn json(&self, answer: &impl Serialize) {
        match serde_json::to_string_pretty(answer) {
            Ok(text) => put(anstream::stdout(), format_args!("{text}\n")),
            Err(error) => self.error(&CommandError::usage(error.to_string())),
        }
    }

    /// Prints findings as the answer.
    pub(crate) fn findings(&self, findings: &[Finding]) {
        if !findings.is_empty() {
            self.print(format_args!("{}\n\n", drawn(findings, self.style())));
        }
    }

    /// Tells what happened besides.
    pub(crate) fn note(&self, text: impl Display) {
        if !self.quiet {
            let text = hanging("note", &text.to_string(), self.width());
            let note = painted(GREEN, "note");
            put(anstream::stderr(), format_args!("{note}: {text}\n"));
        }
    }

    /// Tells what only a curious reader wants to know.
    pub(crate) fn detail(&self, text: impl Display) {
        if self.verbose {
            self.note(text);
        }
    }

    /// Tells what may go wrong.
    pub(crate) fn warn(&self, text: impl Display) {
        let text = hanging("warning", &text.to_string(), self.width());
        let warning = painted(YELLOW, "warning");
        put(anstream::stderr(), format_args!("{warning}: {text}\n"));
    }

    /// Tells why the command ended, and what to do next.
    pub(crate) fn error(&self, error: &CommandError) {
        let mut text = String::new();
        let style = self.render_style(AutoStream::choice(&io::stderr()));
        if !error.findings().is_empty() {
            text.push_str(&drawn(error.findings(), style));
            text.push_str("\n\n");
        }
        match error.statement() {
            Some(drawn) => text.push_str(&format!("{}\n", drawn.render(style))),
            None => {
                let message = hanging("error", error.message(), style.width);
                text.push_str(&format!("{}: {message}\n", painted(RED, "error")));
            }
        }
        for hint in error.hints() {
            // What follows a first line is an example to copy.
            let (hint, example) = hint.split_once('\n').unwrap_or((hint, ""));
            let hint = hanging("help", hint, style.width);
            text.push_str(&format!("{}: {hint}\n", painted(GREEN, "help")));
            for line in example.lines() {
                text.push_str(&format!("    {line}\n"));
            }
        }
        put(anstream::stderr(), text);
    }

    /// How what goes to stdout is drawn.
    pub(crate) fn style(&self) -> RenderStyle {
        self.render_style(AutoStream::choice(&io::stdout()))
    }

    /// Whether somebody watches stderr, and wants to be told how far things are.
    pub(crate) fn is_watched(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Whether the user wants the answer alone.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether the user wants to know more.
    pub(crate) fn is_verbose(&self) -> bool {
        self.verbose
    }

    fn render_style(&self, choice: ColorChoice) -> RenderStyle {
        RenderStyle {
            color: choice != ColorChoice::Never,
            width: self.width(),
        }
    }
}

/// Findings with their text in lines that fit; lines of files are the renderer's business.
fn drawn(findings: &[Finding], style: RenderStyle) -> String {
    let fitted = |finding: &Finding| {
        let mut finding = finding.clone();
        let gutter = gutter(&finding.labels) + " = help: ".len();
        for text in finding.notes.iter_mut().chain(&mut finding.help) {
            let lines = wrapped(text, "", style.width.saturating_sub(gutter));
            lines.trim_end().clone_into(text);
        }
        finding
    };
    let fitted: Vec<Finding> = findings.iter().map(fitted).collect();
    render_all(&fitted, style)
}

/// `text` behind `word`, in lines of at most `width` columns, each below the beginning of the text.
/// What has lines of its own, such as what cargo said, keeps them.
fn hanging(word: &str, text: &str, width: usize) -> String {
    if text.contains('\n') {
        return text.to_owned();
    }
    let indent = " ".repeat(word.len() + ": ".len());
    wrapped(text, &indent, width).trim().to_owned()
}

/// Writes what can be written: a reader that has seen enough closes the pipe, and that is its right.
fn put(mut stream: impl io::Write, text: impl Display) {
    let _ = write!(stream, "{text}").and_then(|()| stream.flush());
}

/// The flag, then cargo's own variable; `auto` leaves it to `NO_COLOR`, `CLICOLOR` and the terminal.
fn color_choice(options: &TerminalOptions) -> ColorChoice {
    let variable = || {
        let value = std::env::var("CARGO_TERM_COLOR").ok()?;
        When::from_str(&value, true).ok()
    };
    options.color.or_else(variable).unwrap_or(When::Auto).into()
}

fn columns() -> Option<usize> {
    let variable = std::env::var("COLUMNS").ok();
    let stated = variable.and_then(|columns| columns.parse().ok());
    let stated = stated.filter(|columns: &usize| *columns >= 20);
    stated.or_else(|| {
        if !io::stdout().is_terminal() {
            return None;
        }
        let (columns, _) = terminal_size::terminal_size()?;
        Some(usize::from(columns.0))
    })
}
