//! What is found on a stair.

use migcheck_core::Outcome;
use migcheck_db::{SchemaDiff, ScriptError};

/// One outcome, and what shows it.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) outcome: Outcome,
    pub(crate) diff: Option<SchemaDiff>,
    pub(crate) error: Option<ScriptError>,
    pub(crate) reason: Option<String>,
    /// The place of the revision that is to blame, where it is another.
    pub(crate) blames: Option<usize>,
}

impl Fault {
    pub(crate) fn new(outcome: Outcome) -> Self {
        Self {
            outcome,
            diff: None,
            error: None,
            reason: None,
            blames: None,
        }
    }

    pub(crate) fn diff(mut self, diff: SchemaDiff) -> Self {
        self.diff = Some(diff);
        self
    }

    pub(crate) fn error(mut self, error: ScriptError) -> Self {
        self.error = Some(error);
        self
    }

    pub(crate) fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// Everything that was found on one stair.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) faults: Vec<Fault>,
    /// What is no fault, and worth knowing.
    pub(crate) notes: Vec<String>,
}

impl Found {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Records a difference, if there is one.
    pub(crate) fn difference(&mut self, outcome: Outcome, diff: SchemaDiff) {
        if diff.is_empty() {
            return;
        }
        let only_order = diff.only_column_order();
        let outcome = if only_order {
            Outcome::ColumnOrderDiffers
        } else {
            outcome
        };
        // The second pass over a column that moved shows the same again.
        if !(only_order && self.has(outcome)) {
            self.add(Fault::new(outcome).diff(diff));
        }
    }

    pub(crate) fn has(&self, outcome: Outcome) -> bool {
        self.faults.iter().any(|fault| fault.outcome == outcome)
    }
}
