//! What a round trip found.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use migcheck_core::render::RenderStyle;
use migcheck_core::{Outcome, Severity, SourceFile};
use migcheck_db::{SchemaDiff, ScriptError};

use crate::error::RoundTripError;

/// One revision's round trip on one server. A stair with several faults has one of these for each.
#[derive(Debug, Clone)]
pub struct Stair {
    /// The revision.
    pub revision: String,
    /// The server, as it was asked for; a URL's password is masked.
    pub server: String,
    /// What came of it.
    pub outcome: Outcome,
    /// How much that matters in this directory.
    pub severity: Severity,
    /// How long the whole stair took.
    pub took: Duration,
    /// What differs, from the schema that was expected to the one that was found.
    pub diff: Option<SchemaDiff>,
    /// The statement that was refused.
    pub error: Option<ScriptError>,
    /// Why it is irreversible or was not reached, and what else there is to say.
    pub reason: Option<String>,
    /// What is no fault, and worth knowing: tables that no rows could be made for.
    pub notes: Vec<String>,
    /// Why that is no matter, where migcheck.toml records it as known.
    pub known: Option<String>,
    /// The revision that could not be applied, where this one was not reached.
    pub blames: Option<String>,
    /// The script to look at: the one that failed, that left something, or else the up script.
    pub script: Option<Arc<SourceFile>>,
}

impl Stair {
    /// Whether a run with it has failed.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.severity == Severity::Deny
    }

    /// What came of it, of which revision and where, in one line.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}: {} on {}", self.outcome, self.revision, self.server)
    }

    /// The line of [`Stair::script`] to look at, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.error.as_ref().map_or(1, ScriptError::line)
    }

    /// The stair and, where it failed, what was found, for a terminal or a log.
    #[must_use]
    pub fn render(&self, style: RenderStyle) -> String {
        let mut text = self.title();
        if let (Some(script), None, true) = (&self.script, &self.error, self.outcome.is_fault()) {
            text.push_str(&format!("\n --> {}", script.path));
        }
        if let Some(reason) = &self.reason {
            text.push('\n');
            text.push_str(&wrapped(reason, style.width));
        }
        for note in &self.notes {
            text.push('\n');
            text.push_str(&wrapped(&format!("note: {note}"), style.width));
        }
        if let Some(known) = &self.known {
            text.push('\n');
            text.push_str(&wrapped(&format!("known: {known}"), style.width));
        }
        if let Some(error) = &self.error {
            text.push('\n');
            let drawn = match self.outcome {
                Outcome::FixtureFails => crate::error::fixture(error, style),
                _ => error.render(style),
            };
            text.push_str(&indented(&drawn));
        }
        if let Some(diff) = &self.diff {
            let (before, after) = match self.outcome {
                Outcome::ReUpgradeDiffers => ("after the first upgrade", "after the second"),
                Outcome::TouchesUndeclared => ("before the upgrade", "after it"),
                _ => ("before the upgrade", "after the downgrade"),
            };
            text.push_str(&format!("\n  - {before}\n  + {after}\n\n"));
            text.push_str(&indented(&diff.to_string()));
        }
        text
    }
}

/// A sentence in lines of at most `width` columns, two of them blank.
fn wrapped(text: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last().map_or(0, |line| line.chars().count());
        if last > 0 && 2 + last + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    indented(&lines.join("\n"))
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| {
            if line.is_empty() {
                String::new()
            } else {
                format!("  {line}")
            }
        })
        .collect();
    lines.join("\n")
}

/// The stairs of one server, counted. One with several faults has failed once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// The server.
    pub server: String,
    /// How many passed, with a warning or without.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// How many would have, and are recorded as known.
    pub known: usize,
    /// How many have no way down, and say why.
    pub irreversible: usize,
    /// The time of all of them.
    pub took: Duration,
}

/// What a whole run found.
#[derive(Debug, Default)]
pub struct RoundTripReport {
    /// Every stair, by server in the order they were asked for, then in topological order.
    pub stairs: Vec<Stair>,
    /// What kept a server's walk from being done, or from being finished.
    pub errors: Vec<RoundTripError>,
    /// How long the run took, servers' starts included.
    pub took: Duration,
}

impl RoundTripReport {
    /// Whether every stair was done and none failed.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.errors.is_empty() && self.failures().next().is_none()
    }

    /// The stairs that failed.
    pub fn failures(&self) -> impl Iterator<Item = &Stair> {
        self.stairs.iter().filter(|stair| stair.is_failure())
    }

    /// The stairs of each server counted, in the order of the servers.
    #[must_use]
    pub fn tallies(&self) -> Vec<Tally> {
        let mut tallies: Vec<Tally> = Vec::new();
        let one_stair = |a: &Stair, b: &Stair| a.server == b.server && a.revision == b.revision;
        for faults in self.stairs.chunk_by(one_stair) {
            let Some(first) = faults.first() else {
                continue;
            };
            if tallies
                .last()
                .is_none_or(|last| last.server != first.server)
            {
                tallies.push(Tally {
                    server: first.server.clone(),
                    ..Tally::default()
                });
            }
            let Some(tally) = tallies.last_mut() else {
                continue;
            };
            tally.took += first.took;
            if faults.iter().any(Stair::is_failure) {
                tally.failed += 1;
            } else if faults.iter().any(|fault| fault.known.is_some()) {
                tally.known += 1;
            } else if first.outcome == Outcome::Irreversible {
                tally.irreversible += 1;
            } else {
                tally.passed += 1;
            }
        }
        tallies
    }

    /// Ends the test with everything that was found, unless the run passed.
    ///
    /// # Panics
    ///
    /// A stair failed, or a server was not to be had.
    #[track_caller]
    #[allow(clippy::panic)] // Failing the test that calls it is what it is for.
    pub fn assert_passed(&self) {
        if !self.is_passed() {
            panic!("the migrations do not round-trip\n\n{self}");
        }
    }
}

impl fmt::Display for RoundTripReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for stair in self.failures() {
            writeln!(f, "{}\n", stair.render(RenderStyle::default()))?;
        }
        for error in &self.errors {
            writeln!(f, "error: {error}\n")?;
        }
        let failed = self.failures().count();
        let errors = self.errors.len();
        write!(
            f,
            "{} stairs, {failed} failed, {errors} servers without a result",
            self.stairs.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stair(server: &str, revision: &str, outcome: Outcome) -> Stair {
        Stair {
            revision: revision.to_owned(),
            server: server.to_owned(),
            outcome,
            severity: outcome.default_severity(),
            took: Duration::from_secs(1),
            diff: None,
            error: None,
            reason: None,
            notes: Vec::new(),
            known: None,
            blames: None,
            script: None,
        }
    }

    #[test]
    fn a_stair_with_several_faults_is_counted_once() {
        let report = RoundTripReport {
            stairs: vec![
                stair("a", "1", Outcome::Passed),
                stair("a", "2", Outcome::ColumnOrderDiffers),
                stair("a", "2", Outcome::ReUpgradeFails),
                stair("a", "3", Outcome::Irreversible),
                stair("b", "3", Outcome::ColumnOrderDiffers),
            ],
            ..RoundTripReport::default()
        };
        let counts: Vec<_> = report
            .tallies()
            .into_iter()
            .map(|tally| {
                (
                    tally.server,
                    tally.passed,
                    tally.failed,
                    tally.irreversible,
                    tally.took.as_secs(),
                )
            })
            .collect();
        assert_eq!(
            counts,
            [("a".to_owned(), 1, 1, 1, 3), ("b".to_owned(), 1, 0, 0, 1)]
        );
        assert!(!report.is_passed());
    }
}
