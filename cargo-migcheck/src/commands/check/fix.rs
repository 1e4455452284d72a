//! `check --fix`: makes the edits that are safe, and shows each.

use std::collections::BTreeMap;
use std::fs;

use migcheck_core::fix::{Change, apply};
use migcheck_core::{Applicability, Checked, Code, Edit, Finding, create};
use serde::Serialize;

use crate::error::CommandError;
use crate::output::{BOLD, GREEN, RED, painted};
use crate::workspace::Directory;

/// Lines that were changed.
#[derive(Debug)]
pub(super) struct Fixed {
    file: String,
    change: Change,
    /// What was mended by that.
    findings: Vec<(Code, String)>,
}

impl Fixed {
    /// How many findings are mended.
    pub(super) fn count(&self) -> usize {
        self.findings.len()
    }
}

/// How often is checked and edited again: an edit may uncover what another one mends.
const ROUNDS: usize = 10;

/// Makes every safe edit in the files of `directory`, and checks it again.
///
/// # Errors
///
/// A file cannot be read or written. The edits before it are made.
pub(super) fn fix(
    directory: &Directory,
    mut checked: Checked,
) -> Result<(Checked, Vec<Fixed>), CommandError> {
    let mut fixed = Vec::new();
    for _ in 0..ROUNDS {
        let made = fix_once(directory, &checked)?;
        if made.is_empty() {
            break;
        }
        fixed.extend(made);
        checked = directory.check();
    }
    Ok((checked, fixed))
}

fn fix_once(directory: &Directory, checked: &Checked) -> Result<Vec<Fixed>, CommandError> {
    let mut by_file: BTreeMap<&str, Vec<(&Finding, &Edit)>> = BTreeMap::new();
    for finding in &checked.findings {
        if let Some(edit) = &finding.edit
            && edit.applicability == Applicability::Safe
        {
            by_file
                .entry(&edit.source.path)
                .or_default()
                .push((finding, edit));
        }
    }
    let mut fixed = Vec::new();
    for (shown, edits) in by_file {
        let failed = |what: &str, error: &dyn std::fmt::Display| {
            CommandError::usage(format!("cannot {what} `{shown}`: {error}"))
                .hinted("see that you may read and write it, and run the command again")
        };
        // What a link leads to is edited, and not the link; it is below the directory, or it would
        // not have been read.
        let path = directory.path_of(shown).canonicalize();
        let path = path.map_err(|error| failed("find", &error))?;
        let original = fs::read_to_string(&path).map_err(|error| failed("read", &error))?;
        let list: Vec<&Edit> = edits.iter().map(|(_, edit)| *edit).collect();
        let Some(edited) = apply(&original, &list) else {
            return Err(CommandError::usage(format!(
                "`{shown}` changed while it was checked, and was left alone"
            ))
            .hinted("run the command again"));
        };
        create::replace(&path, &edited.text)?;
        fixed.extend(edited.changes.into_iter().map(|change| {
            let mended = change.edits.iter().filter_map(|at| edits.get(*at));
            Fixed {
                file: shown.to_owned(),
                findings: mended
                    .map(|(finding, _)| (finding.code, finding.message.clone()))
                    .collect(),
                change,
            }
        }));
    }
    Ok(fixed)
}

/// Lines that were changed, for a program.
#[derive(Debug, Serialize)]
pub(super) struct JsonFixed<'a> {
    file: &'a str,
    line: usize,
    removed: &'a str,
    added: &'a str,
    findings: Vec<JsonMended<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonMended<'a> {
    code: &'static str,
    message: &'a str,
}

impl Fixed {
    pub(super) fn answer(&self) -> JsonFixed<'_> {
        JsonFixed {
            file: &self.file,
            line: self.change.line,
            removed: &self.change.removed,
            added: &self.change.added,
            findings: self
                .findings
                .iter()
                .map(|(code, message)| JsonMended {
                    code: code.name(),
                    message,
                })
                .collect(),
        }
    }

    /// The change as a person reads it, in the manner of a finding.
    pub(super) fn drawn(&self) -> String {
        let mut drawn = String::new();
        let mut told: Vec<&(Code, String)> = Vec::new();
        for one in &self.findings {
            if told.contains(&one) {
                continue;
            }
            told.push(one);
            let title = painted(GREEN, format_args!("fixed[{}]", one.0));
            let message = painted(BOLD, format_args!(": {}", one.1));
            drawn.push_str(&format!("{title}{message}\n"));
        }
        let Change {
            line,
            removed,
            added,
            ..
        } = &self.change;
        let width = line.to_string().len();
        drawn.push_str(&format!("{:width$}--> {}:{line}\n", "", self.file));
        for (sign, style, text) in [("-", RED, removed), ("+", GREEN, added)] {
            for (at, text) in text.lines().enumerate() {
                let text = painted(style, format_args!("{sign} {text}"));
                drawn.push_str(&format!("{:width$} {text}\n", line + at));
            }
        }
        drawn
    }
}
