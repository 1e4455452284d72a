//! What a round trip found.

use std::fmt;
use std::time::Duration;

use migcheck_core::render::RenderStyle;
use migcheck_db::{SchemaDiff, ScriptError};

use crate::error::RoundTripError;

/// What one stair came to. The names are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The up script failed.
    UpgradeFails,
    /// The down script failed.
    DowngradeFails,
    /// The down script left a schema other than the one before.
    DowngradeLeavesResidue,
    /// The up script failed the second time.
    ReUpgradeFails,
    /// The up script made another schema the second time.
    ReUpgradeDiffers,
    /// Nothing but the order of columns differs: a warning.
    ColumnOrderDiffers,
    /// What it builds on could not be applied.
    NotReached,
    /// There is no way down, and the revision says why.
    Irreversible,
    /// Schema and all came back.
    Passed,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 9] = [
        Self::UpgradeFails,
        Self::DowngradeFails,
        Self::DowngradeLeavesResidue,
        Self::ReUpgradeFails,
        Self::ReUpgradeDiffers,
        Self::ColumnOrderDiffers,
        Self::NotReached,
        Self::Irreversible,
        Self::Passed,
    ];

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UpgradeFails => "upgrade-fails",
            Self::DowngradeFails => "downgrade-fails",
            Self::DowngradeLeavesResidue => "downgrade-leaves-residue",
            Self::ReUpgradeFails => "re-upgrade-fails",
            Self::ReUpgradeDiffers => "re-upgrade-differs",
            Self::ColumnOrderDiffers => "column-order-differs",
            Self::NotReached => "not-reached",
            Self::Irreversible => "irreversible",
            Self::Passed => "passed",
        }
    }

    /// Whether a run with it has failed.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        !matches!(
            self,
            Self::Passed | Self::Irreversible | Self::ColumnOrderDiffers
        )
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One revision's round trip on one server. A stair with several faults has one of these for each.
#[derive(Debug, Clone)]
pub struct Stair {
    /// The revision.
    pub revision: String,
    /// The server, as it was asked for; a URL's password is masked.
    pub server: String,
    /// What came of it.
    pub outcome: Outcome,
    /// How long the whole stair took.
    pub took: Duration,
    /// What differs, from the schema that was expected to the one that was found.
    pub diff: Option<SchemaDiff>,
    /// The statement that was refused.
    pub error: Option<ScriptError>,
    /// Why it is irreversible or was not reached.
    pub reason: Option<String>,
}

impl Stair {
    /// The stair and, where it failed, what was found, for a terminal or a log.
    #[must_use]
    pub fn render(&self, style: RenderStyle) -> String {
        let mut text = format!("{}: {} on {}", self.outcome, self.revision, self.server);
        if let Some(reason) = &self.reason {
            text.push_str(&format!("\n  {reason}"));
        }
        if let Some(error) = &self.error {
            text.push('\n');
            text.push_str(&indented(&error.render(style)));
        }
        if let Some(diff) = &self.diff {
            let (before, after) = match self.outcome {
                Outcome::ReUpgradeDiffers => ("after the first upgrade", "after the second"),
                _ => ("before the upgrade", "after the downgrade"),
            };
            text.push_str(&format!("\n  - {before}\n  + {after}\n\n"));
            text.push_str(&indented(&diff.to_string()));
        }
        text
    }
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
        self.stairs
            .iter()
            .filter(|stair| stair.outcome.is_failure())
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
