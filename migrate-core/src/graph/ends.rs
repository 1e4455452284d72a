//! Where a history starts and ends: bases and heads.

use std::collections::HashSet;

use super::build::Edges;
use super::dag;
use crate::Code;
use crate::config::{Config, Heads};
use crate::draft::Draft;
use crate::finding::{Finding, Label};

/// What is known to be wrong with the edges.
pub(super) struct Known<'a> {
    /// How many revisions do not have the parents they ought to have.
    pub(super) broken: usize,
    /// How many of those are cycles of several revisions.
    pub(super) knots: usize,
    /// Which revisions those are, by place.
    pub(super) is_broken: Vec<bool>,
    /// What a revision revised that is gone.
    pub(super) revised: HashSet<&'a str>,
}

/// Heads and bases. What a mistake that is already reported explains is not reported again:
/// a revision whose parent is missing leaves at most one head too many.
pub(super) fn check_ends(
    drafts: &[Draft],
    edges: &Edges,
    known: &Known<'_>,
    config: &Config,
    findings: &mut Vec<Finding>,
) {
    if drafts.is_empty() {
        return;
    }
    let after = dag::after(&edges.parents);
    let heads: Vec<usize> = (0..drafts.len())
        .filter(|at| after[*at].is_empty() && !known.revised.contains(&*drafts[*at].id))
        .collect();
    let is_base = |at: &usize| match &drafts[*at].revises {
        Some(parents) => parents.is_empty() && !drafts[*at].is_disputed,
        None => edges.parents[*at].is_empty() && known.broken == 0,
    };
    let bases: Vec<usize> = (0..drafts.len()).filter(is_base).collect();
    let allowed = match &config.heads {
        Heads::Count(count) => *count,
        Heads::Labels(labels) => labels.len(),
    };
    // Where the lock knows what the missing revision joined, nothing is left to be guessed.
    let hidden = if known.revised.is_empty() {
        known.broken
    } else {
        0
    };
    if heads.len().saturating_sub(hidden) > allowed {
        let broken = (0..drafts.len()).filter(|at| known.is_broken[*at]);
        let hangs = dag::reachable(&after, broken);
        // What hangs on a mistake may be no head once that is mended.
        let sure: Vec<usize> = heads.iter().copied().filter(|at| !hangs[*at]).collect();
        let heads = if sure.len() > allowed { &sure } else { &heads };
        findings.push(heads_finding(drafts, edges, heads, allowed));
    }
    if bases.len() > config.bases {
        let mut finding = Finding::new(
            Code::MultipleBases,
            format!(
                "{} revisions start the history, and {}",
                bases.len(),
                allowed_few(config.bases)
            ),
        );
        for at in &bases {
            finding = finding.label(base_label(&drafts[*at]));
        }
        findings.push(finding.help(format!(
            "give all but one a parent, or set `bases = {}` in migcheck.toml",
            bases.len()
        )));
    }
    if bases.is_empty() && known.broken == known.knots {
        findings.push(
            Finding::new(Code::NoBase, "no revision starts the history")
                .label(drafts[0].claimed.clone())
                .help("the first one says `-- migcheck: revises = \"base\"`"),
        );
    }
}

fn allowed_few(count: usize) -> String {
    if count == 1 {
        "one is allowed".to_owned()
    } else {
        format!("{count} are allowed")
    }
}

fn base_label(draft: &Draft) -> Label {
    let mut label = draft
        .revises_at
        .clone()
        .unwrap_or_else(|| draft.claimed.clone());
    label.text = format!("`{}` is a base", draft.id);
    label
}

fn heads_finding(drafts: &[Draft], edges: &Edges, heads: &[usize], allowed: usize) -> Finding {
    let few = allowed_few(allowed);
    let mut finding = Finding::new(
        Code::MultipleHeads,
        format!("the history has {} heads, and {few}", heads.len()),
    );
    for at in heads {
        let mut label = drafts[*at]
            .revises_at
            .clone()
            .unwrap_or_else(|| drafts[*at].claimed.clone());
        label.text = format!("`{}` is a head: nothing revises it", drafts[*at].id);
        finding = finding.label(label);
    }
    if let Some(point) = branch_point(edges, heads) {
        finding = finding.note(format!("they part after `{}`", drafts[point].id));
    }
    let finding = finding.help("`cargo migcheck merge` adds a revision that joins them");
    let (Some(other), Some(yours)) = (heads.first(), heads.last()) else {
        return finding;
    };
    let (other, yours) = (&drafts[*other].id, &drafts[*yours].id);
    finding.help(format!(
        "or, if no database has run `{yours}`: `cargo migcheck rebase {yours} --onto {other}`"
    ))
}

fn branch_point(edges: &Edges, heads: &[usize]) -> Option<usize> {
    // So many heads did not part at one revision, and each costs a walk.
    if heads.len() > 33 {
        return None;
    }
    let shared = dag::shared(&edges.parents, heads);
    // The last of the shared ancestors is the one that no other shared ancestor builds on.
    let after = dag::after(&edges.parents);
    (0..shared.len()).rfind(|at| shared[*at] && !after[*at].iter().any(|child| shared[*child]))
}
