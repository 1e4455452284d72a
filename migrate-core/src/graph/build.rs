//! Drafts become a graph, or findings: all of them, not the first.

use std::collections::HashSet;
use std::iter;

use super::edges::Builder;
use super::ends::{Known, check_ends};
use super::head_labels::check_head_labels;
use super::{RevisionGraph, Settings, dag};
use crate::config::Config;
use crate::draft::{Draft, DraftScript};
use crate::finding::{Finding, Label};
use crate::lock::Lock;
use crate::revision::{Direction, Revision, RevisionId, Script};
use crate::{Checksum, Code};

/// What came of the drafts.
pub(crate) struct Built {
    /// The graph, where there is one.
    pub(crate) graph: Option<RevisionGraph>,
    /// For each revision of the graph, where its id is claimed.
    pub(crate) claimed: Vec<Label>,
}

/// Builds the graph of `drafts`; `sound` says that every file could be read. The lock knows what a
/// revision that is gone built on.
pub(crate) fn build(
    mut drafts: Vec<Draft>,
    is_chain: bool,
    config: &Config,
    settings: Settings,
    sound: bool,
    lock: Option<&Lock>,
    findings: &mut Vec<Finding>,
) -> Built {
    if is_chain {
        drafts.sort_by(|a, b| (&a.order, &a.id).cmp(&(&b.order, &b.id)));
    } else {
        drafts.sort_by(|a, b| a.id.cmp(&b.id));
    }
    let known_before = findings.len();
    let mut graph = Builder::new(&drafts, is_chain, findings);
    graph.resolve();
    graph.check_labels();
    let order = graph.check_cycles();
    graph.check_redundant(&order);
    let known = Known {
        broken: graph.broken,
        knots: graph.knots,
        is_broken: graph.is_broken,
        revised: lock.map_or_else(HashSet::new, |lock| lock.parents_of(&graph.missing)),
    };
    let mut edges = Edges {
        parents: graph.parents,
        dependencies: graph.dependencies,
    };
    check_ends(&drafts, &edges, &known, config, findings);
    // A mistake in the edges makes heads that are none.
    let of_labels = match known.broken == 0 && known.revised.is_empty() {
        true => check_head_labels(&drafts, &edges, config),
        false => Vec::new(),
    };
    if !of_labels.is_empty() {
        findings.retain(|finding| finding.code != Code::MultipleHeads);
        findings.extend(of_labels);
    }
    let fatal = findings[known_before..]
        .iter()
        .any(|finding| !matches!(finding.code, Code::MultipleHeads | Code::MultipleBases));
    if fatal || !sound {
        return Built {
            graph: None,
            claimed: Vec::new(),
        };
    }
    edges.sort(&order);
    let claimed = order.iter().map(|at| drafts[*at].claimed.clone()).collect();
    Built {
        graph: assemble(drafts, &order, &edges, settings),
        claimed,
    }
}

/// The edges of drafts, by place.
pub(super) struct Edges {
    pub(super) parents: dag::Before,
    pub(super) dependencies: dag::Before,
}

impl Edges {
    /// Puts the ends of each edge list in the order of the walk, so that output is stable.
    fn sort(&mut self, order: &[usize]) {
        let mut place = vec![0; order.len()];
        for (at, node) in order.iter().enumerate() {
            place[*node] = at;
        }
        for list in self.parents.iter_mut().chain(&mut self.dependencies) {
            for node in list.iter_mut() {
                *node = place[*node];
            }
            list.sort_unstable();
        }
    }
}

fn assemble(
    drafts: Vec<Draft>,
    order: &[usize],
    edges: &Edges,
    settings: Settings,
) -> Option<RevisionGraph> {
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    let mut revisions: Vec<Revision> = Vec::with_capacity(order.len());
    for &node in order {
        let draft = drafts[node].take()?;
        let parents = edges.parents[node].clone();
        let chain = chain(
            &draft,
            parents.iter().map(|parent| revisions[*parent].chain),
        );
        revisions.push(Revision {
            id: RevisionId::new(draft.id).ok()?,
            slug: draft.slug,
            description: draft.description,
            parents,
            depends_on: edges.dependencies[node].clone(),
            labels: draft.labels.into_iter().map(|(name, _)| name).collect(),
            irreversible: draft.irreversible.map(|(reason, _)| reason),
            touches: draft.touches,
            scripts: draft
                .scripts
                .into_iter()
                .map(|script| Script {
                    direction: script.direction,
                    dialect: script.dialect,
                    source: script.source,
                    checksum: script.checksum,
                    transaction: script.transaction,
                    section: script.section,
                })
                .collect(),
            chain,
        });
    }
    Some(RevisionGraph::from_ordered(revisions, settings))
}

/// The chain checksum: of the id, the scripts' checksums, and the parents' chain checksums.
fn chain(draft: &Draft, parents: impl Iterator<Item = Checksum>) -> Checksum {
    let of_script = |script: &DraftScript| {
        let mut part = [0; 34];
        part[0] = u8::from(script.direction == Direction::Down);
        part[1] = script.dialect.map_or(0, |dialect| 1 + dialect as u8);
        part[2..].copy_from_slice(&script.checksum.0);
        part
    };
    let scripts: Vec<[u8; 34]> = draft.scripts.iter().map(of_script).collect();
    let parents: Vec<Checksum> = parents.collect();
    let parts = scripts.iter().map(|part| &part[..]);
    let parts = parts.chain(parents.iter().map(|parent| &parent.0[..]));
    Checksum::of_parts(iter::once(draft.id.as_bytes()).chain(parts))
}
