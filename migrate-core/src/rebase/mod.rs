//! Moving revisions on top of another head: the way out of two heads that leaves no merge behind,
//! for revisions that no database has run.
//!
//! [`plan`] is pure but for reading the scripts it edits: it says what becomes of which revision and
//! which file. [`apply()`] does it on the disk, all of it or nothing.

mod apply;
mod error;
mod files;

use std::collections::{BTreeMap, BTreeSet};

use crate::check::Checked;
use crate::clock::Stamp;
use crate::create::renewed;
use crate::graph::RevisionGraph;
use crate::past::Since;

pub use apply::{Moved, apply};
pub use error::RebaseError;
pub use files::FileMove;

/// What is to be moved where.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The place of a revision of the branch that moves.
    pub revision: usize,
    /// The place of the head it moves onto.
    pub onto: usize,
    /// The history that databases may have run, none of which may move; `None` where the user
    /// vouches for it.
    pub released: Option<&'a Since>,
}

/// What becomes of the revisions and the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebase {
    /// The revisions, in topological order.
    pub revisions: Vec<Rebased>,
    /// The files, in the order of the revisions and their names.
    pub files: Vec<FileMove>,
}

/// What becomes of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebased {
    /// Its id.
    pub id: String,
    /// The id it gets: the same one, where it sorts after the new parent already.
    pub new_id: String,
    /// The parents it has.
    pub revised: Vec<String>,
    /// The parents it gets.
    pub revises: Vec<String>,
}

/// What moves `wanted.revision` onto `wanted.onto`, with all of its branch: the ancestors that the
/// head does not have, and everything that builds on those. Where the order of files is the chain,
/// the branch is what follows the revision and is not released.
///
/// # Errors
///
/// See [`RebaseError`].
pub fn plan(
    checked: &Checked,
    graph: &RevisionGraph,
    wanted: Wanted<'_>,
    stamp: &Stamp,
) -> Result<Rebase, RebaseError> {
    let name = |at: usize| graph.ids(&[at]).pop().unwrap_or_default();
    let (revision, onto) = (wanted.revision, wanted.onto);
    if !graph.children(onto).is_empty() {
        let above = walked(graph, onto, |at| graph.children(at).to_vec());
        let heads = graph.heads().into_iter().filter(|head| above[*head]);
        return Err(RebaseError::NotAHead {
            revision: name(onto),
            heads: graph.ids(&heads.collect::<Vec<_>>()),
        });
    }
    let below = walked(graph, onto, |at| parents(graph, at));
    let in_chain = below[revision] && revision != onto && checked.layout.is_chain();
    let moving = if in_chain {
        following(graph, revision, wanted.released)
    } else if below[revision] {
        return Err(RebaseError::Below {
            revision: name(revision),
            head: name(onto),
        });
    } else {
        branch(graph, revision, &below)
    };
    let places: Vec<usize> = (0..graph.len()).filter(|at| moving[*at]).collect();
    if in_chain && moving[onto] {
        return Err(RebaseError::Below {
            revision: name(revision),
            head: name(onto),
        });
    }
    if let Some(released) = wanted.released {
        let records = released.lock.revisions.iter();
        let records: BTreeSet<&str> = records.map(|one| &*one.id).collect();
        let is_released = |at: usize| {
            graph
                .get(at)
                .is_some_and(|one| records.contains(one.id.as_str()))
        };
        let held: Vec<usize> = places
            .iter()
            .copied()
            .filter(|at| is_released(*at))
            .collect();
        if !held.is_empty() {
            let mut heads = places.iter().filter(|at| graph.children(**at).is_empty());
            let instead = match (heads.next(), heads.next()) {
                (Some(head), None) if !is_released(onto) => Some((name(onto), name(*head))),
                _ => None,
            };
            return Err(RebaseError::Released {
                revisions: graph.ids(&held),
                base: released.name.clone(),
                instead,
            });
        }
    }
    let names = renewed(checked, graph, &places, onto, stamp);
    let renamed: BTreeMap<&str, &str> = places
        .iter()
        .zip(&names)
        .filter_map(|(at, name)| Some((graph.get(*at)?.id.as_str(), &*name.id)))
        .filter(|(old, new)| old != new)
        .collect();
    check_dependents(graph, &moving, onto, &renamed)?;
    let new_id = |at: usize| {
        let id = name(at);
        renamed
            .get(&*id)
            .map_or(id.clone(), |new| (*new).to_owned())
    };
    let mut revisions: Vec<Rebased> = Vec::with_capacity(places.len());
    for (nth, &at) in places.iter().enumerate() {
        let old = parents(graph, at);
        let revises: Vec<usize> = match (in_chain, nth) {
            (true, 0) => vec![onto],
            (true, _) => vec![places[nth - 1]],
            (false, _) => {
                // What the new parent builds on is no parent of its own any more.
                let kept = old.iter().copied();
                let kept: Vec<usize> = kept.filter(|parent| !below[*parent]).collect();
                let stays = kept.iter().any(|parent| moving[*parent]);
                let first = (!stays).then_some(onto);
                first.into_iter().chain(kept).collect()
            }
        };
        revisions.push(Rebased {
            id: name(at),
            new_id: new_id(at),
            revised: graph.ids(&old),
            revises: revises.into_iter().map(new_id).collect(),
        });
    }
    let mut moves = Vec::new();
    for ((at, rebased), name) in places.iter().zip(&revisions).zip(&names) {
        if let Some(revision) = graph.get(*at) {
            moves.extend(files::moves(checked, revision, rebased, name, &renamed)?);
        }
    }
    if moves.is_empty() {
        return Err(RebaseError::OnTop {
            revision: name(revision),
            head: name(onto),
        });
    }
    Ok(Rebase {
        revisions,
        files: moves,
    })
}

fn parents(graph: &RevisionGraph, at: usize) -> Vec<usize> {
    graph
        .get(at)
        .map_or_else(Vec::new, |one| one.parents.clone())
}

/// Marks `start` and what `next` leads to from there.
fn walked(graph: &RevisionGraph, start: usize, next: impl Fn(usize) -> Vec<usize>) -> Vec<bool> {
    let mut seen = vec![false; graph.len()];
    let mut stack = vec![start];
    while let Some(at) = stack.pop() {
        if !std::mem::replace(&mut seen[at], true) {
            stack.extend(next(at));
        }
    }
    seen
}

/// The branch that `revision` is on: its ancestors that are not `below` the new parent, and all that
/// builds on one of them.
fn branch(graph: &RevisionGraph, revision: usize, below: &[bool]) -> Vec<bool> {
    let mut moving = walked(graph, revision, |at| {
        let mut above = parents(graph, at);
        above.retain(|parent| !below[*parent]);
        above
    });
    for at in 0..graph.len() {
        moving[at] |= parents(graph, at).iter().any(|parent| moving[*parent]);
    }
    moving
}

/// In a chain, a revision and what follows it that is not released.
fn following(graph: &RevisionGraph, revision: usize, released: Option<&Since>) -> Vec<bool> {
    let mut moving = vec![false; graph.len()];
    moving[revision] = true;
    if let Some(released) = released {
        let records = released.lock.revisions.iter();
        let held: BTreeSet<&str> = records.map(|one| &*one.id).collect();
        for (at, one) in graph.revisions().iter().enumerate().skip(revision + 1) {
            moving[at] = !held.contains(one.id.as_str());
        }
    }
    moving
}

/// What stays must not depend on what comes after it by then, or by an id that is gone.
fn check_dependents(
    graph: &RevisionGraph,
    moving: &[bool],
    onto: usize,
    renamed: &BTreeMap<&str, &str>,
) -> Result<(), RebaseError> {
    let below = graph.with_prerequisites(&[onto]);
    for (at, one) in graph.revisions().iter().enumerate() {
        if moving[at] {
            continue;
        }
        for &dependency in one.depends_on.iter().filter(|at| moving[**at]) {
            let [revision, dependency] = [at, dependency].map(|at| graph.ids(&[at]).concat());
            if below[at] {
                return Err(RebaseError::Needed {
                    revision,
                    dependency,
                });
            }
            if let Some(new) = renamed.get(&*dependency) {
                return Err(RebaseError::Named {
                    new: (*new).to_owned(),
                    revision,
                    dependency,
                });
            }
        }
    }
    Ok(())
}
