//! Colours with a meaning: red is wrong, yellow is risky, green is where you are, dim is detail.

use std::fmt;

use clap::builder::styling::{AnsiColor, Style};

/// Headings, and the ids that a reader looks for.
pub(crate) const BOLD: Style = Style::new().bold();
/// Detail.
pub(crate) const DIM: Style = Style::new().dimmed();
/// Heads, and what is good.
pub(crate) const GREEN: Style = AnsiColor::Green.on_default().bold();
/// What is risky.
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
/// What is wrong.
pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();

/// `text` in `style`. A stream that takes no colour drops it again.
pub(crate) fn painted(style: Style, text: impl fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}
