//! The order of a graph, its ends and its closures.

use std::collections::BTreeSet;

use migcheck_core::PlanError;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::history::{Edges, config, history, ids_of, marked, picks};

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
                prop_assert_eq!(listed.iter().map(|id| &**id).collect::<BTreeSet<_>>(), orphaned.clone());
            }
            Err(error) => panic!("{error}"),
        }
        let flags: Vec<bool> = graph.revisions().iter().map(|one| one.id.as_str() != taken).collect();
        let skipped = if orphaned.is_empty() { vec![] } else { vec![taken.to_owned()] };
        prop_assert_eq!(graph.ids(&graph.skipped(&flags)), skipped);
        let unknown = graph.applied(set().chain(["nobody"]));
        prop_assert_eq!(unknown, Err(PlanError::UnknownApplied(vec!["nobody".to_owned()])));
    }
}
