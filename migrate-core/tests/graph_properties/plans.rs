//! Plans: legal, minimal, and there and back.

use std::collections::BTreeSet;

use migcheck_core::{Direction, Plan, PlanError, RevisionGraph, Step, Target};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::history::{Edges, History, Node, applied_set, config, history, marked, named, picks};

proptest! {
    #![proptest_config(config())]

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
    fn names_and_orders_of_files_change_nothing(
        history in history(), picks in picks(), target in any::<Index>(), shuffle in any::<u64>(),
    ) {
        let mut shuffled = history.clone();
        for (at, node) in shuffled.0.iter_mut().enumerate() {
            // Any permutation: the numbers are unique by their tail.
            let rank = (u64::try_from(at).unwrap() + 1).wrapping_mul(shuffle | 1) >> 40;
            node.file = format!("{rank:08}{at:03}_x");
            node.parents.reverse();
            node.depends_on.reverse();
        }
        let (graph, other) = (history.graph(), shuffled.graph());
        let edges = |graph: &RevisionGraph| -> Vec<_> {
            let revisions = graph.revisions().iter();
            revisions.map(|one| (one.id.clone(), one.parents.clone(), one.depends_on.clone())).collect()
        };
        prop_assert_eq!(edges(&graph), edges(&other));
        let ids = history.ids();
        let target = named(target.get::<&str>(&ids));
        let flags = graph.applied(applied_set(&history, &picks)).unwrap();
        for target in [target, Target::Heads, Target::Base, Target::Relative(None, 1), Target::Relative(None, -1)] {
            prop_assert_eq!(graph.plan(&flags, &target), other.plan(&flags, &target));
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
pub(crate) fn run<'a>(
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
