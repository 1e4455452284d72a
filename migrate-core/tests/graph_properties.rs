//! Random histories, written as real directories, beside an oracle that is too naive to be wrong:
//! it knows nothing but "who comes before whom", and asks it of every pair.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use migcheck_core::pack::pack;
use migcheck_core::{
    Code, Direction, Finding, Migrations, Plan, PlanError, RevisionGraph, Step, Target, TargetError,
};
use proptest::prelude::*;
use proptest::sample::Index;

use support::Files;

/// One revision as it is written down. Names may be of nobody, and parents of later revisions.
#[derive(Debug, Clone)]
struct Node {
    /// The name of its file, without `.up.sql`; unique.
    file: String,
    id: String,
    parents: Vec<String>,
    depends_on: Vec<String>,
    labels: Vec<String>,
}

#[derive(Debug, Clone)]
struct History(Vec<Node>);

const CONFIG: &str = "layout = \"native\"\nnaming.file = \"{seq}_{slug}\"\nrules.missing-down = \"allow\"\nbases = 1000\n";

impl History {
    fn files(&self, heads: usize) -> Files {
        let files = Files::new().add("migcheck.toml", format!("heads = {heads}\n{CONFIG}"));
        self.0.iter().fold(files, |files, node| {
            files.add(&format!("{}.up.sql", node.file), node.text())
        })
    }

    fn graph(&self) -> RevisionGraph {
        self.files(1000).graph()
    }

    fn ids(&self) -> Vec<&str> {
        self.0.iter().map(|node| &*node.id).collect()
    }

    fn node(&self, id: &str) -> &Node {
        self.0.iter().find(|node| node.id == id).unwrap()
    }

    /// The ids that `starts` lead to over `edges`, without those that are only starts.
    fn beyond(&self, starts: &[&str], edges: Edges) -> BTreeSet<&str> {
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
    fn before(&self, node: &Node) -> BTreeSet<&str> {
        let ids = self.ids();
        let names = node.before(Edges::All).map(|name| &**name);
        self.needed(&names.filter(|name| ids.contains(name)).collect::<Vec<_>>())
    }

    fn is_circular(&self, node: &Node) -> bool {
        self.node(&node.id).file == node.file && self.before(node).contains(&*node.id)
    }

    fn is_behind_a_cycle(&self, node: &Node) -> bool {
        let mut before = self.before(node).into_iter();
        !self.is_circular(node) && before.any(|id| self.is_circular(self.node(id)))
    }

    fn ancestors(&self, id: &str) -> BTreeSet<&str> {
        self.beyond(&[id], Edges::Parents)
    }

    /// What has to be applied for `starts` to be: they themselves too.
    fn needed(&self, starts: &[&str]) -> BTreeSet<&str> {
        let mut needed = self.beyond(starts, Edges::All);
        needed.extend(self.ids().into_iter().filter(|id| starts.contains(id)));
        needed
    }

    /// What cannot be applied without one of `starts`: they themselves too.
    fn dependents(&self, starts: &[&str]) -> BTreeSet<&str> {
        let needs = |id: &&str| {
            self.needed(&[id])
                .iter()
                .any(|needed| starts.contains(needed))
        };
        self.ids().into_iter().filter(needs).collect()
    }

    /// What a downgrade to `id` takes down: its children, and what cannot be applied without them.
    fn beyond_target(&self, id: &str) -> BTreeSet<&str> {
        self.dependents(&self.children(id).into_iter().collect::<Vec<_>>())
    }

    fn children(&self, id: &str) -> BTreeSet<&str> {
        let children = self
            .0
            .iter()
            .filter(|node| node.parents.iter().any(|parent| parent == id));
        children.map(|node| &*node.id).collect()
    }

    fn heads(&self) -> BTreeSet<&str> {
        let is_head = |id: &&str| self.children(id).is_empty();
        self.ids().into_iter().filter(is_head).collect()
    }

    /// The lowest id whose prerequisites are all there, again and again.
    fn order(&self) -> Vec<&str> {
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
enum Edges {
    Parents,
    All,
}

impl Node {
    fn before(&self, edges: Edges) -> impl Iterator<Item = &String> {
        let dependencies: &[String] = match edges {
            Edges::Parents => &[],
            Edges::All => &self.depends_on,
        };
        self.parents.iter().chain(dependencies)
    }

    fn text(&self) -> String {
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
type Recipe = Vec<(Vec<usize>, Option<Index>, bool, u16)>;

fn recipe() -> impl Strategy<Value = Recipe> {
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

fn cook(recipe: Recipe) -> History {
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

fn history() -> impl Strategy<Value = History> {
    recipe().prop_map(cook)
}

fn ids_of(graph: &RevisionGraph, places: impl IntoIterator<Item = usize>) -> Vec<&str> {
    let id = |at| graph.get(at).unwrap().id.as_str();
    places.into_iter().map(id).collect()
}

fn marked<'a>(graph: &'a RevisionGraph, marks: &[bool]) -> BTreeSet<&'a str> {
    assert_eq!(marks.len(), graph.len());
    let places = (0..marks.len()).filter(|at| marks[*at]);
    ids_of(graph, places).into_iter().collect()
}

/// A sound set of applied revisions: some, and all they need.
fn applied_set<'a>(history: &'a History, picks: &[Index]) -> BTreeSet<&'a str> {
    let ids = history.ids();
    let starts: Vec<&str> = picks.iter().map(|pick| *pick.get(&ids)).collect();
    history.needed(&starts)
}

fn picks() -> impl Strategy<Value = Vec<Index>> {
    prop::collection::vec(any::<Index>(), 0..4)
}

fn named(id: &str) -> Target {
    Target::parse(id).unwrap()
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_order_and_its_ends_are_the_oracles(history in history()) {
        let graph = history.graph();
        let order = history.order();
        prop_assert_eq!(ids_of(&graph, 0..graph.len()), order.clone());
        let of_order = |wanted: &dyn Fn(&str) -> bool| -> Vec<&str> {
            order.iter().copied().filter(|id| wanted(id)).collect()
        };
        let heads = history.heads();
        prop_assert_eq!(ids_of(&graph, graph.heads()), of_order(&|id| heads.contains(id)));
        let is_base = |id: &str| history.node(id).parents.is_empty();
        prop_assert_eq!(ids_of(&graph, graph.bases()), of_order(&is_base));
        for (at, id) in order.iter().enumerate() {
            prop_assert_eq!(graph.position(id), Some(at));
            let children = history.children(id);
            let in_order = of_order(&|id| children.contains(id));
            prop_assert_eq!(ids_of(&graph, graph.children(at).iter().copied()), in_order);
            let node = history.node(id);
            let revision = graph.get(at).unwrap();
            let sorted = |names: &[String]| of_order(&|id| names.iter().any(|name| name == id));
            prop_assert_eq!(ids_of(&graph, revision.parents.clone()), sorted(&node.parents));
            prop_assert_eq!(ids_of(&graph, revision.depends_on.clone()), sorted(&node.depends_on));
            prop_assert_eq!(&revision.labels, &node.labels);
        }
    }

    #[test]
    fn closures_are_the_oracles(history in history(), picks in picks()) {
        let graph = history.graph();
        let ids = history.ids();
        let starts: Vec<&str> = picks.iter().map(|pick| *pick.get(&ids)).collect();
        let places: Vec<usize> = starts.iter().map(|id| graph.position(id).unwrap()).collect();
        prop_assert_eq!(marked(&graph, &graph.with_prerequisites(&places)), history.needed(&starts));
        prop_assert_eq!(marked(&graph, &graph.with_dependents(&places)), history.dependents(&starts));
        let shared = graph.branch_point(&places).map(|at| graph.get(at).unwrap().id.to_string());
        let is_shared = |id: &&&str| starts.iter().all(|start| start == *id || history.ancestors(start).contains(**id));
        let last = history.order().iter().rev().find(is_shared).map(ToString::to_string);
        prop_assert_eq!(shared, last.filter(|_| !starts.is_empty()));
    }

    #[test]
    fn a_plan_is_legal_minimal_and_reaches_its_target(
        history in history(), picks in picks(), target in any::<Index>(),
    ) {
        let graph = history.graph();
        let ids = history.ids();
        let id = *target.get(&ids);
        let applied = applied_set(&history, &picks);
        let flags = graph.applied(&applied).unwrap();
        prop_assert_eq!(marked(&graph, &flags), applied.clone());

        let wanted = history.needed(&[id]);
        let up = graph.plan_upgrade(&flags, &named(id)).unwrap();
        let reached: BTreeSet<&str> = applied.union(&wanted).copied().collect();
        prop_assert_eq!(run(&history, &graph, &applied, &up), Some(reached.clone()));
        let done = |set: &BTreeSet<&str>| set.contains(id);
        prop_assert!(no_step_can_be_left_out(&history, &graph, &applied, &up, done));

        let flags = graph.applied(&reached).unwrap();
        let down = graph.plan_downgrade(&flags, &named(id)).unwrap();
        let beyond = history.beyond_target(id);
        let left: BTreeSet<&str> = reached.difference(&beyond).copied().collect();
        prop_assert_eq!(run(&history, &graph, &reached, &down), Some(left.clone()));
        let done = |set: &BTreeSet<&str>| set.is_disjoint(&beyond);
        prop_assert!(no_step_can_be_left_out(&history, &graph, &reached, &down, done));

        // `plan` goes the way the target lies.
        let flags = graph.applied(&applied).unwrap();
        let planned = graph.plan(&flags, &named(id)).unwrap();
        if applied.contains(id) {
            prop_assert_eq!(planned, graph.plan_downgrade(&flags, &named(id)).unwrap());
        } else {
            prop_assert_eq!(planned, up);
            let refused = graph.plan_downgrade(&flags, &named(id));
            prop_assert_eq!(refused, Err(PlanError::NotApplied(id.to_owned())));
        }
    }

    #[test]
    fn the_way_up_and_back_ends_where_it_began(history in history(), start in any::<Index>()) {
        let graph = history.graph();
        let ids = history.ids();
        let start = *start.get(&ids);
        let before = history.needed(&[start]);
        let up = graph.plan_upgrade(&graph.applied(&before).unwrap(), &Target::Heads).unwrap();
        let top = run(&history, &graph, &before, &up).unwrap();
        prop_assert_eq!(&top, &ids.iter().copied().collect::<BTreeSet<_>>());
        let flags = vec![true; graph.len()];
        let down = graph.plan_downgrade(&flags, &named(start)).unwrap();
        let back = run(&history, &graph, &top, &down).unwrap();
        // What never built on `start` was not in its way, and stays.
        let unrelated: BTreeSet<&str> = top.difference(&history.beyond_target(start)).copied().collect();
        prop_assert_eq!(back, before.union(&unrelated).copied().collect::<BTreeSet<_>>());
        let down = graph.plan_downgrade(&flags, &Target::Base).unwrap();
        let mut reversed = graph.plan_upgrade(&vec![false; graph.len()], &Target::Heads).unwrap();
        reversed.steps.reverse();
        reversed.steps.iter_mut().for_each(|step| step.direction = Direction::Down);
        prop_assert_eq!(down, reversed);
    }

    #[test]
    fn relative_steps_are_the_oracles(history in history(), picks in picks(), offset in -6..7_i64) {
        let graph = history.graph();
        let applied = applied_set(&history, &picks);
        let flags = graph.applied(&applied).unwrap();
        let target = Target::Relative(None, offset);
        let mut now = applied.clone();
        let mut expected = Ok(Vec::new());
        for done in 0..offset.unsigned_abs() {
            let way = if offset < 0 { Direction::Down } else { Direction::Up };
            let mut moves = history.ids();
            moves.retain(|id| is_legal(&history, &now, id, way));
            expected = match (moves.as_slice(), expected) {
                ([one], Ok(mut steps)) => {
                    apply(&mut now, one, way);
                    steps.push((*one, way));
                    Ok(steps)
                }
                ([], _) => Err(Some(usize::try_from(done).unwrap())),
                (..) => Err(None),
            };
            if expected.is_err() {
                break;
            }
        }
        let found = graph.plan(&flags, &target);
        match (found, expected) {
            (Ok(plan), Ok(steps)) => {
                let plan: Vec<_> = plan.steps.iter().map(|step| (ids_of(&graph, [step.revision])[0], step.direction)).collect();
                prop_assert_eq!(plan, steps);
            }
            (Err(PlanError::Target(TargetError::TooFar { available, .. })), Err(Some(steps))) => prop_assert_eq!(available, steps),
            (Err(PlanError::Target(TargetError::SeveralWays { candidates, .. })), Err(None)) => prop_assert!(candidates.len() > 1),
            (found, expected) => prop_assert!(false, "{found:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn head_is_the_only_head_and_labels_are_names(history in history(), picks in picks()) {
        let graph = history.graph();
        let applied = graph.applied(applied_set(&history, &picks)).unwrap();
        let heads = history.heads();
        let head = graph.plan_upgrade(&applied, &Target::Head);
        match heads.first() {
            Some(only) if heads.len() == 1 => prop_assert_eq!(head, graph.plan_upgrade(&applied, &named(only))),
            _ => {
                let Err(PlanError::Target(TargetError::SeveralHeads(listed))) = head else {
                    panic!("{head:?} with {} heads", heads.len());
                };
                prop_assert_eq!(listed.iter().map(|id| &**id).collect::<BTreeSet<_>>(), heads);
            }
        }
        prop_assert_eq!(graph.plan(&applied, &Target::Current).unwrap(), Plan::default());
        for node in &history.0 {
            for name in node.labels.iter().chain([&node.id]) {
                prop_assert_eq!(graph.find(name), Ok(graph.position(&node.id).unwrap()));
            }
            // Ids are seven digits, the last two of them unique.
            let prefix = &node.id[..5];
            let candidates: BTreeSet<&str> = history.ids().into_iter().filter(|id| id.starts_with(prefix)).collect();
            match graph.find(prefix) {
                Ok(at) => prop_assert_eq!(BTreeSet::from([ids_of(&graph, [at])[0]]), candidates),
                Err(TargetError::Ambiguous { candidates: listed, .. }) => {
                    prop_assert_eq!(listed.iter().map(|id| &**id).collect::<BTreeSet<_>>(), candidates);
                }
                Err(error) => panic!("{prefix}: {error}"),
            }
        }
    }

    #[test]
    fn a_set_that_contradicts_the_graph_is_refused(history in history(), taken in any::<Index>()) {
        let graph = history.graph();
        let ids = history.ids();
        let taken = *taken.get(&ids);
        let set = || ids.iter().copied().filter(|id| *id != taken);
        let orphaned: BTreeSet<&str> = history.0.iter()
            .filter(|node| node.before(Edges::All).any(|before| before == taken))
            .map(|node| &*node.id)
            .collect();
        match graph.applied(set()) {
            Ok(flags) => {
                prop_assert!(orphaned.is_empty());
                prop_assert_eq!(marked(&graph, &flags), set().collect::<BTreeSet<_>>());
            }
            Err(PlanError::Contradiction(listed)) => {
                prop_assert_eq!(listed.iter().map(|id| &**id).collect::<BTreeSet<_>>(), orphaned);
            }
            Err(error) => panic!("{error}"),
        }
        let unknown = graph.applied(set().chain(["nobody"]));
        prop_assert_eq!(unknown, Err(PlanError::UnknownApplied(vec!["nobody".to_owned()])));
    }

    #[test]
    fn chains_change_where_history_does_and_nowhere_else(history in history(), edited in any::<Index>(), more in recipe()) {
        let chains = |files: Files| -> BTreeMap<String, _> {
            let graph = files.graph();
            graph.revisions().iter().map(|one| (one.id.to_string(), one.chain)).collect()
        };
        let before = chains(history.files(1000));
        prop_assert_eq!(&before, &chains(history.files(1000)));

        // Another history beside this one, whose names cannot meet its own.
        let prefixed = |text: &String| format!("9{text}9");
        let mut both = history.clone();
        both.0.extend(cook(more).0.into_iter().map(|node| Node {
            file: format!("9{}", node.file),
            id: prefixed(&node.id),
            parents: node.parents.iter().map(prefixed).collect(),
            depends_on: node.depends_on.iter().map(prefixed).collect(),
            labels: Vec::new(),
        }));
        let after = chains(both.files(1000));
        for (id, chain) in &before {
            prop_assert_eq!(&after[id], chain);
        }

        let ids = history.ids();
        let edited = history.node(ids[edited.index(ids.len())]);
        let text = format!("{}-- edited\n", edited.text());
        let after = chains(history.files(1000).add(&format!("{}.up.sql", edited.file), text));
        for (id, chain) in &before {
            let builds_on_it = *id == edited.id || history.ancestors(id).contains(&*edited.id);
            prop_assert_eq!(after[id] != *chain, builds_on_it, "{}", id);
        }
    }

    #[test]
    fn what_is_packed_is_read_back(history in history()) {
        let graph = history.graph();
        let (table, paths) = pack(&graph);
        let mut texts: BTreeMap<&str, &str> = BTreeMap::new();
        for script in graph.revisions().iter().flat_map(|one| &one.scripts) {
            texts.insert(&script.source.path, &script.source.text);
        }
        let texts: Vec<&'static str> = paths.iter().map(|path| &*texts[&**path].to_owned().leak()).collect();
        let migrations = Migrations::embedded(table.leak(), texts.leak());
        let read = migrations.graph().unwrap();
        prop_assert_eq!(format!("{:?}", read.revisions()), format!("{:?}", graph.revisions()));
        prop_assert_eq!(read.settings(), graph.settings());
        prop_assert_eq!(read.chain(), graph.chain());
        prop_assert_eq!(migrations.chain().unwrap(), graph.chain());
        prop_assert_eq!(ids_of(&read, read.heads()), ids_of(&graph, graph.heads()));
        let names: Vec<_> = migrations.revisions().map(|one| (one.id, one.slug, one.chain)).collect();
        let expected: Vec<_> = graph.revisions().iter().map(|one| (one.id.as_str(), &*one.slug, one.chain)).collect();
        prop_assert_eq!(names, expected);
    }

    #[test]
    fn a_damaged_table_is_an_error_or_a_graph(
        history in history(), changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4), cut in prop::option::of(any::<Index>()),
    ) {
        let (mut table, paths) = pack(&history.graph());
        for (at, byte) in changes {
            let at = at.index(table.len());
            table[at] = byte;
        }
        if let Some(cut) = cut {
            table.truncate(cut.index(table.len()));
        }
        read_all(table, paths.len());
    }

    #[test]
    fn bytes_of_anything_are_an_error(bytes in prop::collection::vec(any::<u8>(), 0..256), marked in any::<bool>(), texts in 0..3_usize) {
        let mut table = if marked { b"MGC1".to_vec() } else { Vec::new() };
        table.extend(bytes);
        read_all(table, texts);
    }
}

/// Whatever the table holds, nothing panics, and a graph that is read can be walked.
fn read_all(table: Vec<u8>, texts: usize) {
    let migrations = Migrations::embedded(table.leak(), vec!["SELECT 1;\n"; texts].leak());
    assert!(migrations.len() >= usize::from(!migrations.is_empty()));
    let _ = migrations.chain();
    if let Ok(graph) = migrations.graph() {
        let heads = graph.heads();
        let _ = graph.branch_point(&heads);
        let nothing = vec![false; graph.len()];
        let plan = graph.plan_upgrade(&nothing, &Target::Heads).unwrap();
        assert_eq!(plan.steps.len(), graph.len());
    }
}

fn is_legal(history: &History, applied: &BTreeSet<&str>, id: &str, way: Direction) -> bool {
    let needs = |node: &Node, id: &str| node.before(Edges::All).any(|before| before == id);
    match way {
        Direction::Up => {
            let mut before = history.node(id).before(Edges::All);
            !applied.contains(id) && before.all(|before| applied.contains(&**before))
        }
        Direction::Down => {
            let mut after = applied.iter().map(|other| history.node(other));
            applied.contains(id) && !after.any(|other| needs(other, id))
        }
    }
}

fn apply<'a>(applied: &mut BTreeSet<&'a str>, id: &'a str, way: Direction) {
    match way {
        Direction::Up => applied.insert(id),
        Direction::Down => applied.remove(id),
    };
}

/// What is applied after the steps; `None` when one of them could not be run.
fn run<'a>(
    history: &'a History,
    graph: &RevisionGraph,
    applied: &BTreeSet<&'a str>,
    plan: &Plan,
) -> Option<BTreeSet<&'a str>> {
    let mut applied = applied.clone();
    for Step {
        revision,
        direction,
    } in &plan.steps
    {
        let id = &*history.node(graph.get(*revision)?.id.as_str()).id;
        if !is_legal(history, &applied, id, *direction) {
            return None;
        }
        apply(&mut applied, id, *direction);
    }
    Some(applied)
}

fn no_step_can_be_left_out(
    history: &History,
    graph: &RevisionGraph,
    applied: &BTreeSet<&str>,
    plan: &Plan,
    done: impl Fn(&BTreeSet<&str>) -> bool,
) -> bool {
    (0..plan.steps.len()).all(|left_out| {
        let mut shorter = plan.clone();
        shorter.steps.remove(left_out);
        !run(history, graph, applied, &shorter).is_some_and(|set| done(&set))
    })
}

// Mistakes.

/// Something that goes wrong in a history, with where.
#[derive(Debug, Clone)]
enum Mistake {
    /// A parent's name is misspelt, or its file deleted.
    UnknownParent(Index, Index),
    UnknownDependency(Index),
    /// A file claims the id of another.
    DuplicateRevision(Index),
    ParentTwice(Index, Index),
    /// A parent that builds on the revision itself.
    Cycle(Index, Index),
    /// A parent's parent.
    RedundantParent(Index, Index),
    DuplicateLabel(Index, Index),
}

fn mistake() -> impl Strategy<Value = Mistake> {
    let at = any::<Index>;
    prop_oneof![
        (at(), at()).prop_map(|(a, b)| Mistake::UnknownParent(a, b)),
        at().prop_map(Mistake::UnknownDependency),
        at().prop_map(Mistake::DuplicateRevision),
        (at(), at()).prop_map(|(a, b)| Mistake::ParentTwice(a, b)),
        (at(), at()).prop_map(|(a, b)| Mistake::Cycle(a, b)),
        (at(), at()).prop_map(|(a, b)| Mistake::RedundantParent(a, b)),
        (at(), at()).prop_map(|(a, b)| Mistake::DuplicateLabel(a, b)),
    ]
}

fn plant_all(history: &mut History, mistakes: &[Mistake]) {
    // Copies last, so that a copy has no mistakes of its own.
    let is_copy = |mistake: &&Mistake| matches!(mistake, Mistake::DuplicateRevision(_));
    let (copies, others): (Vec<_>, Vec<_>) = mistakes.iter().partition(is_copy);
    for mistake in others.into_iter().chain(copies) {
        plant(history, mistake);
    }
}

fn plant(history: &mut History, mistake: &Mistake) {
    let count = history.0.len();
    let parents_of = |history: &History, at: &Index| history.0[at.index(count)].parents.clone();
    match mistake {
        Mistake::UnknownParent(at, which) => {
            let parents = &mut history.0[at.index(count)].parents;
            if !parents.is_empty() {
                let which = which.index(parents.len());
                parents[which] = format!("nobody{}", at.index(count));
            }
        }
        Mistake::UnknownDependency(at) => {
            let node = &mut history.0[at.index(count)];
            node.depends_on.push("nothing".to_owned());
        }
        Mistake::DuplicateRevision(at) => {
            let original = history.0[at.index(count)].clone();
            history.0.push(Node {
                file: format!("99999999{count:03}_copy"),
                labels: Vec::new(),
                ..original
            });
        }
        Mistake::ParentTwice(at, which) => {
            let parents = &mut history.0[at.index(count)].parents;
            if !parents.is_empty() {
                let again = parents[which.index(parents.len())].clone();
                parents.push(again);
            }
        }
        Mistake::Cycle(at, back) => {
            let id = history.0[at.index(count)].id.clone();
            let mut from: Vec<String> = vec![id.clone()];
            let all = history.0.iter().map(|node| &node.id);
            from.extend(
                all.filter(|one| history.ancestors(one).contains(&*id))
                    .cloned(),
            );
            let edge = back.get(&from).clone();
            history.0[at.index(count)].parents.push(edge);
        }
        Mistake::RedundantParent(at, which) => {
            let grandparents: Vec<String> = parents_of(history, at)
                .iter()
                .filter(|parent| history.ids().contains(&&***parent))
                .flat_map(|parent| history.ancestors(parent))
                .map(str::to_owned)
                .collect();
            if !grandparents.is_empty() {
                let grandparent = which.get(&grandparents).clone();
                history.0[at.index(count)].parents.push(grandparent);
            }
        }
        Mistake::DuplicateLabel(one, other) => {
            let (one, other) = (one.index(count), other.index(count));
            if one != other {
                let label = format!("twice{one}and{other}");
                if history.0[one].labels.contains(&label) {
                    return;
                }
                history.0[one].labels.push(label.clone());
                history.0[other].labels.push(label);
            }
        }
    }
}

/// What has to be found in a history with mistakes, by the definitions: (code, file, name).
fn expected(history: &History) -> Vec<(Code, String, String)> {
    let mut expected = Vec::new();
    let ids = history.ids();
    // The first file of an id is the one that others build on; files are read in name order.
    let mut claims: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
    for node in &history.0 {
        claims.entry(&node.id).or_default().push(node);
    }
    for (id, nodes) in claims.iter_mut().filter(|(_, nodes)| nodes.len() > 1) {
        nodes.sort_by_key(|node| &node.file);
        for node in &nodes[1..] {
            expected.push((Code::DuplicateRevision, node.file.clone(), (*id).to_owned()));
        }
    }
    for node in &history.0 {
        let mut add = |code, name: &str| {
            expected.push((code, node.file.clone(), name.to_owned()));
        };
        for (at, parent) in node.parents.iter().enumerate() {
            if !ids.contains(&&**parent) {
                add(Code::UnknownParent, parent);
            } else if node.parents[..at].contains(parent) {
                add(Code::DuplicateParent, parent);
            }
        }
        for (at, dependency) in node.depends_on.iter().enumerate() {
            if !ids.contains(&&**dependency) {
                add(Code::UnknownDependency, dependency);
            } else if node.depends_on[..at].contains(dependency) {
                add(Code::DuplicateParent, dependency);
            }
        }
        // What is redundant on a cycle or behind one, only the broken cycle can tell.
        if !history.is_circular(node) && !history.is_behind_a_cycle(node) {
            for parent in &node.parents {
                let over = node
                    .parents
                    .iter()
                    .filter(|other| ids.contains(&&***other))
                    .any(|other| history.ancestors(other).contains(&**parent));
                if over {
                    add(Code::RedundantParent, parent);
                }
            }
        }
    }
    let mut labelled: BTreeMap<&str, usize> = BTreeMap::new();
    for label in history.0.iter().flat_map(|node| &node.labels) {
        *labelled.entry(label).or_default() += 1;
    }
    for (label, _) in labelled.into_iter().filter(|(_, count)| *count > 1) {
        expected.push((Code::DuplicateLabel, String::new(), label.to_owned()));
    }
    expected.sort();
    expected
}

/// The findings in the oracle's words, read from where they point and not from how they are put.
fn found(findings: &[Finding]) -> Vec<(Code, String, String)> {
    let mut found = Vec::new();
    for finding in findings {
        let label = &finding.labels[0];
        let text = &label.source.text;
        let named = text.get(label.span.clone()).unwrap_or_default();
        let named = named.trim_matches('"').to_owned();
        let file = file_of(&label.source.path);
        match finding.code {
            Code::Cycle | Code::Unreachable | Code::MultipleHeads => {}
            Code::DuplicateLabel => found.push((finding.code, String::new(), named)),
            code => found.push((code, file, named)),
        }
    }
    found.sort();
    found
}

fn file_of(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap();
    name.trim_end_matches(".up.sql").to_owned()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_planted_mistake_is_found_at_once(history in history(), mistakes in prop::collection::vec(mistake(), 0..5)) {
        let mut wrong = history.clone();
        plant_all(&mut wrong, &mistakes);
        let checked = wrong.files(1000).check();
        prop_assert_eq!(found(&checked.findings), expected(&wrong));
        prop_assert_eq!(checked.graph.is_none(), checked.has_errors());

        // One cycle is shown of each knot, and all its edges are edges.
        let circular: Vec<&Node> = wrong.0.iter().filter(|node| wrong.is_circular(node)).collect();
        let knot = |node: &Node| -> BTreeSet<&str> {
            let each_other = |other: &&&Node| wrong.before(node).contains(&*other.id) && wrong.before(other).contains(&*node.id);
            circular.iter().filter(each_other).map(|node| &*node.id).collect()
        };
        let knots: BTreeSet<BTreeSet<&str>> = circular.iter().map(|node| knot(node)).collect();
        let cycles: Vec<&Finding> = checked.findings.iter().filter(|one| one.code == Code::Cycle).collect();
        prop_assert_eq!(cycles.len(), knots.len());
        for cycle in cycles {
            let inside = knots.iter().filter(|knot| cycle.labels.iter().all(|label| {
                let node = wrong.0.iter().find(|node| node.file == file_of(&label.source.path)).unwrap();
                knot.contains(&*node.id)
            }));
            prop_assert_eq!(inside.count(), 1);
        }
        let behind = wrong.0.iter().any(|node| wrong.is_behind_a_cycle(node));
        let unreachable = checked.findings.iter().filter(|one| one.code == Code::Unreachable).count();
        prop_assert_eq!(unreachable, usize::from(behind));
    }

    #[test]
    fn too_many_heads_are_all_shown(history in history(), allowed in 1..4_usize) {
        let heads = history.heads();
        let checked = history.files(allowed).check();
        let codes: Vec<Code> = checked.findings.iter().map(|one| one.code).collect();
        if heads.len() > allowed {
            prop_assert_eq!(codes, [Code::MultipleHeads]);
            let shown: BTreeSet<String> = checked.findings[0].labels.iter().map(|label| file_of(&label.source.path)).collect();
            let files: BTreeSet<String> = heads.iter().map(|id| history.node(id).file.clone()).collect();
            prop_assert_eq!(shown, files);
        } else {
            prop_assert_eq!(codes, []);
        }
        // Two heads are still a graph: it has to be looked at to be merged.
        prop_assert!(checked.graph.is_some());
    }

    #[test]
    fn heads_are_counted_beside_mistakes_that_hide_none(history in history(), mistakes in prop::collection::vec(mistake(), 1..4)) {
        let mut wrong = history.clone();
        for mistake in &mistakes {
            if let Mistake::UnknownDependency(_) | Mistake::ParentTwice(..) | Mistake::RedundantParent(..) | Mistake::DuplicateLabel(..) = mistake {
                plant(&mut wrong, mistake);
            }
        }
        let checked = wrong.files(1).check();
        let shown = checked.findings.iter().any(|one| one.code == Code::MultipleHeads);
        prop_assert_eq!(shown, history.heads().len() > 1);
    }

    #[test]
    fn one_head_is_not_made_two_by_a_broken_parent(recipe in recipe(), mistakes in prop::collection::vec(mistake(), 1..4)) {
        let mut history = cook(recipe);
        // A last revision that merges all heads.
        let heads: Vec<String> = history.heads().into_iter().map(str::to_owned).collect();
        history.0.push(Node { file: "99_last".to_owned(), id: "99".to_owned(), parents: heads, depends_on: Vec::new(), labels: Vec::new() });
        prop_assert_eq!(history.files(1).codes(), Vec::<&str>::new());
        plant_all(&mut history, &mistakes);
        let codes = history.files(1).codes();
        prop_assert!(!codes.contains(&"multiple-heads"), "{codes:?}");
    }
}
