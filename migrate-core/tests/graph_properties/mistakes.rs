//! Mistakes planted in sound histories: all found at once, where they are.

use std::collections::{BTreeMap, BTreeSet};

use migcheck_core::{Code, Finding};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::history::{Edges, History, Node, config, cook, history, recipe};

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
            // One that is named twice is redundant once.
            for parent in node.parents.iter().collect::<BTreeSet<_>>() {
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
    // Where a file, a parent or a self-loop is to blame, it is not known that there is no base.
    let is_blamed = expected
        .iter()
        .any(|(code, ..)| matches!(code, Code::DuplicateRevision | Code::UnknownParent))
        || history
            .0
            .iter()
            .any(|node| node.before(Edges::All).any(|id| *id == node.id));
    if !is_blamed && history.0.iter().all(|node| !node.parents.is_empty()) {
        let first = history.0.iter().min_by_key(|node| &node.id);
        expected.extend(first.map(|node| (Code::NoBase, node.file.clone(), node.id.clone())));
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

/// How many revisions a cycle that is reported goes through.
fn length(cycle: &Finding) -> usize {
    // The first one is named again at the end.
    cycle.message.matches(" → ").count().max(1)
}

/// The shortest cycle among `knot`, looked for from everywhere.
fn shortest_way_round(history: &History, knot: &BTreeSet<&str>) -> usize {
    let ways = knot.iter().map(|start| {
        let mut reached = BTreeSet::from([*start]);
        let mut steps = 0;
        loop {
            steps += 1;
            let nodes = reached.iter().map(|id| history.node(id));
            let before = nodes.flat_map(|node| node.before(Edges::All));
            reached = before
                .map(|id| &**id)
                .filter(|id| knot.contains(id))
                .collect();
            if reached.contains(start) {
                return steps;
            }
        }
    });
    ways.min().unwrap()
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
            let inside: Vec<_> = inside.collect();
            prop_assert_eq!(inside.len(), 1);
            prop_assert_eq!(length(cycle), shortest_way_round(&wrong, inside[0]));
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
