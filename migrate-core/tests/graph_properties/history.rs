//! Random histories, and the oracle: it knows nothing but who comes before whom, and asks it of
//! every pair.

use std::collections::BTreeSet;

use migcheck_core::{RevisionGraph, Target};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::Files;

#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// The name of its file, without `.up.sql`; unique.
    pub(crate) file: String,
    pub(crate) id: String,
    pub(crate) parents: Vec<String>,
    pub(crate) depends_on: Vec<String>,
    pub(crate) labels: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct History(pub(crate) Vec<Node>);

pub(crate) const CONFIG: &str = "layout = \"native\"\nnaming.file = \"{seq}_{slug}\"\nrules.missing-down = \"allow\"\nbases = 1000\n";

impl History {
    pub(crate) fn files(&self, heads: usize) -> Files {
        let files = Files::new().add("migcheck.toml", format!("heads = {heads}\n{CONFIG}"));
        self.0.iter().fold(files, |files, node| {
            files.add(&format!("{}.up.sql", node.file), node.text())
        })
    }

    pub(crate) fn graph(&self) -> RevisionGraph {
        self.files(1000).graph()
    }

    pub(crate) fn ids(&self) -> Vec<&str> {
        self.0.iter().map(|node| &*node.id).collect()
    }

    pub(crate) fn node(&self, id: &str) -> &Node {
        self.0.iter().find(|node| node.id == id).unwrap()
    }

    /// The ids that `starts` lead to over `edges`, without those that are only starts.
    pub(crate) fn beyond(&self, starts: &[&str], edges: Edges) -> BTreeSet<&str> {
        let known: BTreeSet<&str> = self.ids().into_iter().collect();
        let mut found = BTreeSet::new();
        let mut next: Vec<&str> = starts.to_vec();
        while let Some(id) = next.pop() {
            for earlier in self.node(id).before(edges) {
                if let Some(&earlier) = known.get(&**earlier)
                    && found.insert(earlier)
                {
                    next.push(earlier);
                }
            }
        }
        found
    }

    /// What has to be there before a node, itself too if it is on a cycle. Nobody builds on the
    /// second claim of an id.
    pub(crate) fn before(&self, node: &Node) -> BTreeSet<&str> {
        let ids = self.ids();
        let names = node.before(Edges::All).map(|name| &**name);
        self.needed(&names.filter(|name| ids.contains(name)).collect::<Vec<_>>())
    }

    pub(crate) fn is_circular(&self, node: &Node) -> bool {
        self.node(&node.id).file == node.file && self.before(node).contains(&*node.id)
    }

    pub(crate) fn is_behind_a_cycle(&self, node: &Node) -> bool {
        let mut before = self.before(node).into_iter();
        !self.is_circular(node) && before.any(|id| self.is_circular(self.node(id)))
    }

    pub(crate) fn ancestors(&self, id: &str) -> BTreeSet<&str> {
        self.beyond(&[id], Edges::Parents)
    }

    /// What has to be applied for `starts` to be: they themselves too.
    pub(crate) fn needed(&self, starts: &[&str]) -> BTreeSet<&str> {
        let mut needed = self.beyond(starts, Edges::All);
        needed.extend(self.ids().into_iter().filter(|id| starts.contains(id)));
        needed
    }

    /// What cannot be applied without one of `starts`: they themselves too.
    pub(crate) fn dependents(&self, starts: &[&str]) -> BTreeSet<&str> {
        let needs = |id: &&str| {
            self.needed(&[id])
                .iter()
                .any(|needed| starts.contains(needed))
        };
        self.ids().into_iter().filter(needs).collect()
    }

    /// What a downgrade to `id` takes down: its children, and what cannot be applied without them.
    pub(crate) fn beyond_target(&self, id: &str) -> BTreeSet<&str> {
        self.dependents(&self.children(id).into_iter().collect::<Vec<_>>())
    }

    pub(crate) fn children(&self, id: &str) -> BTreeSet<&str> {
        let children = self
            .0
            .iter()
            .filter(|node| node.parents.iter().any(|parent| parent == id));
        children.map(|node| &*node.id).collect()
    }

    pub(crate) fn heads(&self) -> BTreeSet<&str> {
        let is_head = |id: &&str| self.children(id).is_empty();
        self.ids().into_iter().filter(is_head).collect()
    }

    /// The lowest id whose prerequisites are all there, again and again.
    pub(crate) fn order(&self) -> Vec<&str> {
        let mut order: Vec<&str> = Vec::new();
        while order.len() < self.0.len() {
            let ready = self.0.iter().filter(|node| {
                !order.contains(&&*node.id)
                    && node
                        .before(Edges::All)
                        .all(|before| order.contains(&&**before))
            });
            order.push(ready.map(|node| &*node.id).min().unwrap());
        }
        order
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edges {
    Parents,
    All,
}

impl Node {
    pub(crate) fn before(&self, edges: Edges) -> impl Iterator<Item = &String> {
        let dependencies: &[String] = match edges {
            Edges::Parents => &[],
            Edges::All => &self.depends_on,
        };
        self.parents.iter().chain(dependencies)
    }

    pub(crate) fn text(&self) -> String {
        let revises = if self.parents.is_empty() {
            "\"base\"".to_owned()
        } else {
            format!("{:?}", self.parents)
        };
        let Self {
            id,
            depends_on,
            labels,
            ..
        } = self;
        format!(
            "-- migcheck: revision = {id:?}\n-- migcheck: revises = {revises}\n-- migcheck: depends-on = {depends_on:?}\n\
             -- migcheck: labels = {labels:?}\nSELECT '{id}';\n"
        )
    }
}

/// What a random history is made from: how far back each revision's parents and dependencies
/// stand, whether it is labelled, and what its id is to be sorted by.
pub(crate) type Recipe = Vec<(Vec<usize>, Option<Index>, bool, u16)>;

pub(crate) fn recipe() -> impl Strategy<Value = Recipe> {
    // A parent is mostly the revision before, else one a little further back: chains with
    // branches. No parent at all starts another history, and several merge.
    let back = prop_oneof![6 => Just(1_usize), 3 => 2..5_usize, 1 => 5..40_usize];
    let parents = prop_oneof![
        1 => Just(Vec::new()),
        14 => prop::collection::vec(back.clone(), 1),
        4 => prop::collection::vec(back, 2..4),
    ];
    let depends_on = prop::option::weighted(0.15, any::<Index>());
    let node = (parents, depends_on, prop::bool::weighted(0.2), any::<u16>());
    prop::collection::vec(node, 1..40)
}

pub(crate) fn cook(recipe: Recipe) -> History {
    let mut history = History(Vec::with_capacity(recipe.len()));
    for (at, (back, depends_on, labelled, sort)) in recipe.into_iter().enumerate() {
        let earlier = |place: usize| history.0[place].id.clone();
        let mut parents: Vec<String> = back
            .iter()
            .filter_map(|back| at.checked_sub(*back))
            .map(earlier)
            .collect();
        parents.sort();
        parents.dedup();
        // A merge of a revision with its own ancestor is a mistake; these histories are sound.
        let all = parents.clone();
        let redundant = |parent: &String| {
            all.iter()
                .any(|other| history.ancestors(other).contains(&**parent))
        };
        parents.retain(|parent| !redundant(parent));
        let depends_on = depends_on.filter(|_| at > 0);
        let id = format!("{sort:05}{at:02}");
        history.0.push(Node {
            file: format!("{id}_x"),
            parents,
            depends_on: depends_on
                .iter()
                .map(|index| history.0[index.index(at)].id.clone())
                .collect(),
            labels: if labelled {
                vec![format!("label{at}")]
            } else {
                Vec::new()
            },
            id,
        });
    }
    history
}

pub(crate) fn history() -> impl Strategy<Value = History> {
    recipe().prop_map(cook)
}

pub(crate) fn ids_of(graph: &RevisionGraph, places: impl IntoIterator<Item = usize>) -> Vec<&str> {
    let id = |at| graph.get(at).unwrap().id.as_str();
    places.into_iter().map(id).collect()
}

pub(crate) fn marked<'a>(graph: &'a RevisionGraph, marks: &[bool]) -> BTreeSet<&'a str> {
    assert_eq!(marks.len(), graph.len());
    let places = (0..marks.len()).filter(|at| marks[*at]);
    ids_of(graph, places).into_iter().collect()
}

/// A sound set of applied revisions: some, and all they need.
pub(crate) fn applied_set<'a>(history: &'a History, picks: &[Index]) -> BTreeSet<&'a str> {
    let ids = history.ids();
    let starts: Vec<&str> = picks.iter().map(|pick| *pick.get(&ids)).collect();
    history.needed(&starts)
}

pub(crate) fn picks() -> impl Strategy<Value = Vec<Index>> {
    prop::collection::vec(any::<Index>(), 0..4)
}

pub(crate) fn named(id: &str) -> Target {
    Target::parse(id).unwrap()
}

pub(crate) fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
