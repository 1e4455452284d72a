//! Faults that `migcheck.toml` records as known.

use migcheck_core::{Dialect, KnownFault, Outcome, RevisionGraph, Severity};

use crate::report::Stair;
use crate::walk::Stairs;

/// Marks what is known among the stairs of one server, and adds what is recorded and did not happen.
///
/// A record is judged where its stair came as far as it is about: one that was not checked, or that
/// ended before, says nothing.
pub(crate) fn mark(
    stairs: &mut Vec<Stair>,
    graph: &RevisionGraph,
    selected: &Stairs,
    dialect: Dialect,
    has_rows: bool,
) {
    let column_order = graph.settings().column_order;
    let is_looked_for = |outcome: Outcome| match outcome {
        Outcome::FailsOnRows | Outcome::LosesRows | Outcome::LosesValues => has_rows,
        Outcome::ColumnOrderDiffers => column_order > Severity::Allow,
        _ => true,
    };
    let covers =
        |known: &&KnownFault| known.databases.is_empty() || known.databases.contains(&dialect);
    for known in graph.settings().known.iter().filter(covers) {
        let Some(place) = graph.position(&known.revision) else {
            continue;
        };
        let mut happened = false;
        for stair in of_revision(stairs, &known.revision) {
            if stair.outcome == known.outcome {
                stair.known(&known.reason);
                happened = true;
            }
        }
        if !happened && selected.checked[place] && is_looked_for(known.outcome) {
            add_gone(stairs, known);
        }
    }
    mark_dependents(stairs);
}

fn of_revision<'a>(
    stairs: &'a mut [Stair],
    revision: &'a str,
) -> impl Iterator<Item = &'a mut Stair> {
    stairs
        .iter_mut()
        .filter(move |stair| stair.revision == revision)
}

fn add_gone(stairs: &mut Vec<Stair>, known: &KnownFault) {
    let of = |stair: &Stair| stair.revision == known.revision;
    let ends_before = |stair: &Stair| of(stair) && ends_a_stair(stair.outcome);
    let Some(last) = stairs.iter().rposition(of) else {
        return;
    };
    if stairs.iter().any(ends_before) {
        return;
    }
    let mut gone = Stair {
        outcome: Outcome::KnownFaultGone,
        severity: Outcome::KnownFaultGone.default_severity(),
        diff: None,
        error: None,
        known: None,
        blames: None,
        // What is to be edited is the record.
        script: None,
        ..stairs[last].clone()
    };
    gone.reason = Some(format!(
        "`{}` is recorded as known, and did not happen; take the record out of migcheck.toml, or name the \
         `databases` that it is of. The record says: {}",
        known.outcome, known.reason
    ));
    // It takes the place of what says that all is well.
    match stairs[last].outcome {
        Outcome::Passed => stairs[last] = gone,
        _ => {
            // They are told once.
            gone.notes.clear();
            stairs.insert(last + 1, gone);
        }
    }
}

/// Whether a stair with it came to an end before everything was looked at.
fn ends_a_stair(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::UpgradeFails
            | Outcome::FailsOnRows
            | Outcome::DowngradeFails
            | Outcome::ReUpgradeFails
            | Outcome::NotReached
    )
}

/// What cannot be reached because of a known fault is known as well.
fn mark_dependents(stairs: &mut [Stair]) {
    let known: Vec<(String, String)> = stairs
        .iter()
        .filter(|stair| ends_a_stair(stair.outcome))
        .filter_map(|stair| Some((stair.revision.clone(), stair.known.clone()?)))
        .collect();
    for stair in stairs.iter_mut() {
        let because = |(revision, _): &&(String, String)| stair.blames.as_ref() == Some(revision);
        if let Some((_, reason)) = known.iter().find(because) {
            stair.known(reason);
        }
    }
}

impl Stair {
    fn known(&mut self, reason: &str) {
        self.known = Some(reason.to_owned());
        self.severity = self.severity.min(Severity::Warn);
    }
}
