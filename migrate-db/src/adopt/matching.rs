//! Holding what a table says against the revisions of the directory.

use std::collections::HashMap;

use migcheck_core::{Dialect, Direction, Revision, RevisionGraph};

use super::mismatch::Mismatch;
use super::tool::{Claim, Ids, Tool};

/// What came of it.
pub(super) struct Matched {
    /// One flag a revision: whether it is applied.
    pub(super) applied: Vec<bool>,
    /// The revisions whose scripts were held against a checksum.
    pub(super) verified: usize,
    pub(super) mismatches: Vec<Mismatch>,
}

pub(super) fn matched(
    tool: &dyn Tool,
    claims: &[Claim],
    graph: &RevisionGraph,
    dialect: Dialect,
) -> Matched {
    let index = Index::new(graph, tool.ids());
    let mut places = Vec::new();
    let mut mismatches = Vec::new();
    let mut verified = 0;
    for claim in claims {
        let version = claim.version.clone();
        if let Some(reason) = claim.dirty {
            mismatches.push(Mismatch::Dirty { version, reason });
            continue;
        }
        let name = claim.name.clone();
        let place = match index.places(graph, &version).as_slice() {
            [] => {
                mismatches.push(Mismatch::Unknown { version, name });
                continue;
            }
            [one] => *one,
            several => {
                let revisions = graph.ids(several);
                mismatches.push(Mismatch::Ambiguous { version, revisions });
                continue;
            }
        };
        places.push(place);
        match verdict(tool, claim, &graph.revisions()[place], dialect) {
            Ok(true) => verified += 1,
            Ok(false) => {}
            Err(edited) => mismatches.push(edited),
        }
    }
    let applied = if tool.covers_ancestors() {
        graph.with_prerequisites(&places)
    } else {
        let mut applied = vec![false; graph.len()];
        places.iter().for_each(|place| applied[*place] = true);
        // What is not known, or not whole, is told of already.
        mismatches.extend(gaps(graph, &applied));
        applied
    };
    Matched {
        applied,
        verified,
        mismatches,
    }
}

/// Whether the script was held against a checksum; an error where it is not the one that was applied.
fn verdict(
    tool: &dyn Tool,
    claim: &Claim,
    revision: &Revision,
    dialect: Dialect,
) -> Result<bool, Mismatch> {
    let Some(script) = revision.script(Direction::Up, dialect) else {
        return Ok(false);
    };
    match tool.verifies(claim, script) {
        None => Ok(false),
        Some(true) => Ok(true),
        Some(false) => Err(Mismatch::Edited {
            revision: revision.id.to_string(),
            file: script.source.path.to_string(),
        }),
    }
}

fn gaps<'a>(graph: &'a RevisionGraph, applied: &'a [bool]) -> impl Iterator<Item = Mismatch> + 'a {
    let revisions = graph.revisions().iter().zip(applied);
    let applied_ones = revisions.filter(|(_, is_applied)| **is_applied);
    applied_ones.flat_map(move |(revision, _)| {
        let missing = revision.prerequisites().filter(|before| !applied[*before]);
        missing.map(|before| Mismatch::Gap {
            revision: revision.id.to_string(),
            missing: graph.revisions()[before].id.to_string(),
        })
    })
}

/// Where the revision of an id is.
struct Index {
    by_number: Option<HashMap<u64, Vec<usize>>>,
}

impl Index {
    fn new(graph: &RevisionGraph, ids: Ids) -> Self {
        let by_number = (ids == Ids::Number).then(|| {
            let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
            for (place, revision) in graph.revisions().iter().enumerate() {
                if let Ok(number) = revision.id.as_str().parse() {
                    places.entry(number).or_default().push(place);
                }
            }
            places
        });
        Self { by_number }
    }

    fn places(&self, graph: &RevisionGraph, version: &str) -> Vec<usize> {
        match &self.by_number {
            None => graph.position(version).into_iter().collect(),
            Some(places) => {
                let number: Option<u64> = version.parse().ok();
                let found = number.and_then(|number| places.get(&number));
                found.cloned().unwrap_or_default()
            }
        }
    }
}
