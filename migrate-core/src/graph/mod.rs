//! The revision graph: what is valid, and how it is walked.

mod build;
pub(crate) mod dag;
mod edges;
mod ends;
mod fixtures;
mod goal;
mod head_labels;
mod plan;
mod range;
mod target;
mod unknown;

use std::collections::HashMap;
use std::num::NonZeroUsize;

pub(crate) use build::build;
pub use plan::{Plan, PlanError, Step};
pub use target::{Target, TargetError};

use crate::fingerprints::{Fingerprints, KnownSchemas};
use crate::revision::{Revision, RevisionId, Script};
use crate::{Checksum, Dialect, KnownFault, Severity};

/// What of `migcheck.toml` is needed where the revisions are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How messages call the directory.
    pub directory: String,
    /// The databases every revision has a script for.
    pub databases: Vec<Dialect>,
    /// The servers of `[roundtrip]`, as they were written.
    pub servers: Vec<String>,
    /// The images of `[roundtrip.images]`, by server name.
    pub images: Vec<(String, String)>,
    /// How many workers walk at once on each server; `None`: as it suits the machine.
    pub workers: Option<NonZeroUsize>,
    /// Faults of round trips that do not fail a run.
    pub known: Vec<KnownFault>,
    /// How much it matters that a downgrade changes the order of columns.
    pub column_order: Severity,
    /// How many rows a round trip makes in a table; 0 makes none.
    pub rows: usize,
    /// Another seed makes other rows.
    pub seed: u32,
    /// The name of the history table.
    pub history_table: String,
    /// Its schema on Postgres; `None`: the first one of the search path.
    pub history_schema: Option<String>,
}

/// The revisions of one migration directory.
///
/// It can only be had from a directory without graph errors: ids are unique, every parent and
/// dependency exists, there is no cycle and a base reaches every revision. Whoever holds one need
/// not check again. The number of heads is a rule of the directory and not of the graph, because
/// two heads have to be looked at to be merged.
#[derive(Debug, Clone)]
pub struct RevisionGraph {
    revisions: Vec<Revision>,
    children: Vec<Vec<usize>>,
    by_id: HashMap<RevisionId, usize>,
    settings: Settings,
    chain: Checksum,
    /// Each with the place of its revision.
    fixtures: Vec<(usize, Script)>,
    schemas: KnownSchemas,
}

impl RevisionGraph {
    /// `revisions` are in topological order, and their edges point backwards.
    pub(crate) fn from_ordered(revisions: Vec<Revision>, settings: Settings) -> Self {
        let parents: dag::Before = revisions.iter().map(|one| one.parents.clone()).collect();
        let by_id = revisions
            .iter()
            .enumerate()
            .map(|(at, revision)| (revision.id.clone(), at))
            .collect();
        let mut graph = Self {
            children: dag::after(&parents),
            revisions,
            by_id,
            settings,
            chain: Checksum([0; 32]),
            fixtures: Vec::new(),
            schemas: KnownSchemas::default(),
        };
        let heads = graph.heads();
        graph.chain =
            Checksum::of_parts(heads.iter().map(|head| &graph.revisions[*head].chain.0[..]));
        graph
    }

    /// Every revision, in topological order with ties by id.
    #[must_use]
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// How many revisions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.revisions.len()
    }

    /// Whether there is no revision at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty()
    }

    /// The place of the revision with exactly this id.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The revision at `place`.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<&Revision> {
        self.revisions.get(place)
    }

    /// The revisions that name `place` as a parent.
    #[must_use]
    pub fn children(&self, place: usize) -> &[usize] {
        self.children.get(place).map_or(&[], Vec::as_slice)
    }

    /// The revisions without a child, in topological order.
    #[must_use]
    pub fn heads(&self) -> Vec<usize> {
        (0..self.len())
            .filter(|at| self.children[*at].is_empty())
            .collect()
    }

    /// The revisions without a parent, in topological order.
    #[must_use]
    pub fn bases(&self) -> Vec<usize> {
        (0..self.len())
            .filter(|at| self.revisions[*at].parents.is_empty())
            .collect()
    }

    /// The checksum of the heads' chains: equal when every revision and every edge is.
    #[must_use]
    pub fn chain(&self) -> Checksum {
        self.chain
    }

    /// What of the configuration is needed at run time.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The schemas that the revisions make, as far as fingerprints.toml has them.
    #[must_use]
    pub fn schemas(&self) -> &KnownSchemas {
        &self.schemas
    }

    /// The graph with what these fingerprints say of its scripts, in the place of what it had.
    #[must_use]
    pub fn with_fingerprints(mut self, fingerprints: &Fingerprints) -> Self {
        self.schemas = KnownSchemas::of(fingerprints, &self);
        self
    }

    pub(crate) fn with_schemas(mut self, schemas: KnownSchemas) -> Self {
        self.schemas = schemas;
        self
    }

    /// Marks `starts` and everything that has to be applied before them.
    #[must_use]
    pub fn with_prerequisites(&self, starts: &[usize]) -> Vec<bool> {
        let mut marked = self.marked(starts);
        // Edges point backwards, so that one pass against the order sees every dependent first.
        for at in (0..self.len()).rev() {
            if marked[at] {
                for before in self.revisions[at].prerequisites() {
                    marked[before] = true;
                }
            }
        }
        marked
    }

    /// Marks `starts` and everything that cannot stay applied without them.
    #[must_use]
    pub fn with_dependents(&self, starts: &[usize]) -> Vec<bool> {
        let mut marked = self.marked(starts);
        // Edges point backwards, so that one pass in order sees every prerequisite first.
        for at in 0..self.len() {
            if !marked[at] {
                marked[at] = self.revisions[at]
                    .prerequisites()
                    .any(|before| marked[before]);
            }
        }
        marked
    }

    /// The parents of each place.
    fn parents(&self) -> dag::Before {
        let parents = self.revisions.iter().map(|one| one.parents.clone());
        parents.collect()
    }

    /// One flag a place; places that are out of range are left out.
    fn marked(&self, places: &[usize]) -> Vec<bool> {
        let mut marked = vec![false; self.len()];
        for &place in places {
            if let Some(flag) = marked.get_mut(place) {
                *flag = true;
            }
        }
        marked
    }

    /// The revision where the ways to `heads` part: the last one that all of them build on.
    #[must_use]
    pub fn branch_point(&self, heads: &[usize]) -> Option<usize> {
        if heads.iter().any(|head| *head >= self.len()) {
            return None;
        }
        let shared = dag::shared(&self.parents(), heads);
        shared.iter().rposition(|shared| *shared)
    }
}
