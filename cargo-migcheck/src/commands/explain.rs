//! `cargo migcheck explain CODE`: what a code means, an example, and the way out.

use clap::Args;
use migcheck_core::{Code, Severity, nearest};
use serde::Serialize;

use super::pages::page;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{BOLD, Format, painted, wrapped};

/// Explain a finding's code; without one, list them
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The code, as it stands in brackets before a finding
    #[arg(value_name = "CODE")]
    code: Option<String>,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Serialize)]
struct Explained {
    code: &'static str,
    group: &'static str,
    severity: &'static str,
    /// Whether `[rules]` may change the severity.
    configurable: bool,
    summary: &'static str,
    example: &'static str,
    way_out: &'static str,
}

#[derive(Debug, Serialize)]
struct Codes {
    codes: Vec<Explained>,
}

impl Explained {
    fn of(code: Code) -> Self {
        let page = page(code);
        Self {
            code: code.name(),
            group: group(code),
            severity: code.default_severity().name(),
            configurable: !code.is_fixed(),
            summary: code.summary().trim(),
            example: page.map_or("", |page| page.example),
            way_out: page.map_or("", |page| page.way_out),
        }
    }
}

impl ExplainArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let terminal = &context.terminal;
        let Some(name) = self.code else {
            match self.format {
                Format::Human => {
                    terminal.print(list(terminal.width().min(100)));
                    terminal.summary(
                        "\n`cargo migcheck explain CODE` shows an example and the way out\n",
                    );
                }
                Format::Json => terminal.json(&Answer::new(Codes {
                    codes: Code::ALL.iter().map(|code| Explained::of(*code)).collect(),
                })),
            }
            return Ok(Exit::Success);
        };
        let name = name.trim_matches(['[', ']']);
        let code = Code::from_name(name).ok_or_else(|| unknown(name))?;
        let explained = Explained::of(code);
        match self.format {
            Format::Human => terminal.print(human(&explained, terminal.width().min(80))),
            Format::Json => terminal.json(&Answer::new(explained)),
        }
        Ok(Exit::Success)
    }
}

fn unknown(name: &str) -> CommandError {
    let error = CommandError::usage(format!("no finding has the code `{name}`"));
    match nearest(name, Code::ALL.iter().map(|code| code.name())) {
        Some(near) => error.hinted(format!("did you mean `{near}`?")),
        None => error.hinted("`cargo migcheck explain` lists the codes"),
    }
}

/// What codes are about: each group begins with the code beside it, and ends before the next one.
const GROUPS: [(Code, &str); 6] = [
    (Code::DuplicateRevision, "The graph"),
    (Code::MissingUp, "The scripts of a revision"),
    (Code::StrayFile, "Files"),
    (
        Code::UnknownDirective,
        "Directives, configuration and layout",
    ),
    (Code::EditedAfterLock, "The lock"),
    (Code::FingerprintsStale, "Fingerprints"),
];

fn group(code: Code) -> &'static str {
    let group = GROUPS.iter().rfind(|(first, _)| *first <= code);
    group.map_or("", |(_, name)| name)
}

fn list(columns: usize) -> String {
    let width = Code::ALL.iter().map(|code| code.name().len()).max();
    let width = width.unwrap_or(0);
    let indent = " ".repeat(width + 4);
    let mut list = String::new();
    for code in Code::ALL {
        if GROUPS.iter().any(|(first, _)| first == code) {
            list.push_str(&format!("{}\n\n", painted(BOLD, group(*code))));
        }
        let summary = wrapped(code.summary(), &indent, columns);
        let name = code.name();
        list.push_str(&format!("  {name:width$}  {}", summary.trim_start()));
        let next = Code::ALL.iter().find(|next| *next > code);
        if next.is_some_and(|next| group(*next) != group(*code)) {
            list.push('\n');
        }
    }
    list
}

fn human(explained: &Explained, width: usize) -> String {
    let severity = if explained.severity == Severity::Deny.name() {
        "error"
    } else {
        "warning"
    };
    let rules = if explained.configurable {
        "unless `[rules]` in migcheck.toml says otherwise"
    } else {
        "which cannot be silenced"
    };
    let mut text = format!(
        "{}  ({severity}, {rules})\n\n{}",
        painted(BOLD, explained.code),
        wrapped(explained.summary, "", width)
    );
    text.push_str(&format!("\n{}\n\n", painted(BOLD, "Example")));
    for line in explained.example.lines() {
        text.push_str(format!("    {line}").trim_end());
        text.push('\n');
    }
    text.push_str(&format!("\n{}\n\n", painted(BOLD, "The way out")));
    text.push_str(&wrapped(explained.way_out, "", width));
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;

    #[test]
    fn every_code_has_a_page() {
        for code in Code::ALL {
            let page = page(*code).unwrap_or_else(|| panic!("{code} has no page"));
            let fits = |line: &str| line.chars().count() <= 76;
            assert!(page.example.lines().all(fits), "{code}: {}", page.example);
            let end = page.way_out.trim_end_matches('.');
            assert_eq!(
                page.way_out.len() - end.len(),
                1,
                "{code}: {}",
                page.way_out
            );
            assert!(!page.way_out.contains(".."), "{code}: {}", page.way_out);
            assert!(!group(*code).is_empty(), "{code} is in no group");
        }
    }
}
