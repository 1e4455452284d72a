//! Applied revisions that this directory does not have, on the way down: the history table has their
//! scripts (sqlx #2943).

use std::collections::HashSet;

use migcheck_core::{Plan, RevisionGraph, Target};

use crate::history::HistoryRow;
use crate::migrate_error::MigrateError;
use crate::standing::Standing;

/// Whether a target says by itself what shall stay, whatever is applied.
pub(crate) fn is_explicit(target: &Target) -> bool {
    match target {
        Target::Current => false,
        Target::Relative(start, _) => start.as_deref().is_some_and(is_explicit),
        Target::Within(_, inner) => is_explicit(inner),
        Target::Head | Target::Heads | Target::Base | Target::Named(_) => true,
    }
}

/// Whether the target is a revision that only the database knows.
pub(crate) fn is_target(standing: &Standing, target: &Target) -> bool {
    matches!(target, Target::Named(id) if standing.unknown.contains(id))
}

/// Those that have to go before the steps of `plan`, and above `target`, newest first.
pub(crate) fn above<'a>(
    graph: &RevisionGraph,
    standing: &'a Standing,
    target: &Target,
    plan: &Plan,
) -> Result<Vec<&'a HistoryRow>, MigrateError> {
    let mut roots: HashSet<String> = match target {
        Target::Heads => graph.ids(&graph.heads()).into_iter().collect(),
        Target::Named(id) if standing.unknown.contains(id) => HashSet::from([id.clone()]),
        _ => {
            let place = graph.locate(&target.to_string()).ok();
            graph
                .ids(&place.into_iter().collect::<Vec<_>>())
                .into_iter()
                .collect()
        }
    };
    let going: Vec<usize> = plan.steps.iter().map(|step| step.revision).collect();
    roots.extend(graph.ids(&going));
    // Below the base there is nothing, so that nothing stays.
    let is_all = *target == Target::Base;
    if roots.is_empty() && !is_all {
        return Ok(Vec::new());
    }
    let known: HashSet<&str> = standing.unknown.iter().map(String::as_str).collect();
    let rows = standing.rows().iter();
    let mut left: Vec<&HistoryRow> = rows.filter(|row| known.contains(&*row.revision)).collect();
    let stays = left
        .iter()
        .position(|row| is_target(standing, target) && roots.contains(&row.revision));
    let target_row = stays.map(|at| left.remove(at));
    // What it builds on may have been recorded in the same moment, so that one pass is not enough.
    let mut marked: HashSet<&str> = HashSet::new();
    loop {
        let before = marked.len();
        for row in &left {
            let builds_on = |id: &String| roots.contains(id) || marked.contains(&**id);
            let is_above = match &row.parents {
                _ if is_all => true,
                Some(parents) => parents.iter().any(builds_on),
                // It may build on anything that was applied before.
                None => target_row.is_none_or(|target| target.applied_at <= row.applied_at),
            };
            if is_above {
                marked.insert(&row.revision);
            }
        }
        if marked.len() == before {
            break;
        }
    }
    left.retain(|row| marked.contains(&*row.revision));
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_needed = |row: &HistoryRow| {
            let mut others = left.iter().filter_map(|other| other.parents.as_ref());
            others.any(|parents| parents.contains(&row.revision))
        };
        let newest = left.iter().rposition(|row| !is_needed(row));
        order.push(left.remove(newest.unwrap_or(left.len() - 1)));
    }
    match order.iter().find(|row| !row.has_down_script) {
        Some(row) => Err(MigrateError::NoStoredScript(row.revision.clone())),
        None => Ok(order),
    }
}
