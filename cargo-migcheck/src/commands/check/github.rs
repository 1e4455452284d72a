//! Findings as GitHub's workflow commands, which it shows beside the lines of a pull request.
//!
//! <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>

use std::fmt::Write as _;

use migcheck_core::{Finding, Severity};

use super::checkout::Checkout;
use crate::error::CommandError;
use crate::output::Region;
use crate::workspace::{Directory, slashed};

/// One finding of `directory` as a line.
pub(super) fn annotation(checkout: &Checkout, directory: &Directory, finding: &Finding) -> String {
    let level = if finding.severity == Severity::Deny {
        "error"
    } else {
        "warning"
    };
    let file = |shown: &str| {
        let found = checkout.relative(directory, shown);
        found.unwrap_or_else(|path| slashed(&path))
    };
    let mut properties = Vec::new();
    let mut message = finding.message.clone();
    for (at, label) in finding.labels.iter().enumerate() {
        let path = file(&label.source.path);
        let region = Region::of_label(label);
        if at > 0 {
            let line = region.map_or(String::new(), |region| format!(":{}", region.line));
            let _ = write!(message, "\nalso {path}{line}");
        }
        if !label.text.is_empty() {
            let _ = write!(
                message,
                "{}{}",
                if at == 0 { "\n" } else { ": " },
                label.text
            );
        }
        if at > 0 {
            continue;
        }
        properties.push(("file", path));
        let Some(region) = region else { continue };
        properties.push(("line", region.line.to_string()));
        properties.push(("endLine", region.end_line.to_string()));
        // GitHub takes columns for one line alone.
        if region.line == region.end_line {
            properties.push(("col", region.column.to_string()));
            properties.push(("endColumn", region.end_column.to_string()));
        }
    }
    for note in &finding.notes {
        let _ = write!(message, "\nnote: {note}");
    }
    for help in &finding.help {
        let _ = write!(message, "\nhelp: {help}");
    }
    properties.push(("title", finding.code.to_string()));
    command(level, &properties, &message)
}

/// Why there is no answer.
pub(in crate::commands) fn failure(error: &CommandError) -> String {
    let mut message = error.message().to_owned();
    for hint in error.hints() {
        let _ = write!(message, "\nhelp: {hint}");
    }
    command("error", &[("title", "cargo migcheck".to_owned())], &message)
}

/// One command; `properties` say where and what it is about.
pub(in crate::commands) fn command(
    level: &str,
    properties: &[(&str, String)],
    message: &str,
) -> String {
    let properties: Vec<String> = properties
        .iter()
        .map(|(name, value)| format!("{name}={}", escaped(value, true)))
        .collect();
    format!(
        "::{level} {}::{}\n",
        properties.join(","),
        escaped(message, false)
    )
}

/// As `@actions/core` writes them: in a property, what ends one is escaped too.
fn escaped(text: &str, in_property: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => escaped.push_str("%25"),
            '\r' => escaped.push_str("%0D"),
            '\n' => escaped.push_str("%0A"),
            ':' if in_property => escaped.push_str("%3A"),
            ',' if in_property => escaped.push_str("%2C"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_command_before_its_end() {
        let line = command(
            "error",
            &[("file", "a,b:c%".to_owned())],
            "1: 2,\r\n::error::100%",
        );
        assert_eq!(
            line,
            "::error file=a%2Cb%3Ac%25::1: 2,%0D%0A::error::100%25\n"
        );
    }
}
