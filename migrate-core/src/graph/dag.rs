//! Pure walks over a directed graph. They know nothing of files or SQL.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// A directed graph: for each node, the nodes that have to come before it.
pub(crate) type Before = Vec<Vec<usize>>;

/// For each node, the nodes that come right after it.
pub(crate) fn after(before: &Before) -> Before {
    let mut after = vec![Vec::new(); before.len()];
    for (node, earlier) in before.iter().enumerate() {
        for &one in earlier {
            if let Some(list) = after.get_mut(one) {
                list.push(node);
            }
        }
    }
    after
}

/// Every node after all that come before it, the lowest `rank` first where there is a choice
/// (Kahn's algorithm). Nodes on a cycle, and those behind one, are missing.
pub(crate) fn topological_order(before: &Before, rank: &[usize]) -> Vec<usize> {
    let after = after(before);
    let mut waiting: Vec<usize> = before.iter().map(Vec::len).collect();
    let mut ready: BinaryHeap<Reverse<(usize, usize)>> = waiting
        .iter()
        .enumerate()
        .filter(|(_, count)| **count == 0)
        .map(|(node, _)| Reverse((rank[node], node)))
        .collect();
    let mut order = Vec::with_capacity(before.len());
    while let Some(Reverse((_, node))) = ready.pop() {
        order.push(node);
        for &next in &after[node] {
            waiting[next] -= 1;
            if waiting[next] == 0 {
                ready.push(Reverse((rank[next], next)));
            }
        }
    }
    order
}

/// Marks `starts` and everything that `edges` lead to from them.
pub(crate) fn reachable(edges: &Before, starts: impl IntoIterator<Item = usize>) -> Vec<bool> {
    let mut seen = vec![false; edges.len()];
    let mut stack: Vec<usize> = starts.into_iter().collect();
    while let Some(node) = stack.pop() {
        if !std::mem::replace(&mut seen[node], true) {
            stack.extend(edges[node].iter().copied().filter(|next| !seen[*next]));
        }
    }
    seen
}

/// Marks what `edges` lead to from every one of `starts`, themselves included.
pub(crate) fn shared(edges: &Before, starts: &[usize]) -> Vec<bool> {
    let Some((first, rest)) = starts.split_first() else {
        return vec![false; edges.len()];
    };
    let mut shared = reachable(edges, [*first]);
    for start in rest {
        let other = reachable(edges, [*start]);
        shared
            .iter_mut()
            .zip(other)
            .for_each(|(mine, theirs)| *mine &= theirs);
    }
    shared
}

/// One shortest cycle for each knot of nodes that are their own ancestors, in the order of the
/// edges. A cycle is rotated so that its lowest `rank` comes first.
pub(crate) fn cycles(before: &Before, rank: &[usize]) -> Vec<Vec<usize>> {
    // Made once: there can be as many knots as nodes.
    let mut inside = vec![false; before.len()];
    let mut came_from = vec![usize::MAX; before.len()];
    let mut found: Vec<Vec<usize>> = knots(before)
        .iter()
        .filter_map(|knot| shortest_cycle(before, knot, &mut inside, &mut came_from))
        .map(|mut cycle| {
            let lowest = (0..cycle.len())
                .min_by_key(|at| rank[cycle[*at]])
                .unwrap_or(0);
            cycle.rotate_left(lowest);
            cycle
        })
        .collect();
    found.sort_by_key(|cycle| cycle.first().map(|node| rank[*node]));
    found
}

/// How many nodes of one knot a shortest cycle is looked for from. A knot this large is no
/// mistake in one file, and any of its cycles shows where to begin.
const CYCLE_STARTS: usize = 256;

/// `inside` has nothing marked, and is given back so; both it and `came_from` have a place a node.
fn shortest_cycle(
    before: &Before,
    knot: &[usize],
    inside: &mut [bool],
    came_from: &mut [usize],
) -> Option<Vec<usize>> {
    for &node in knot {
        inside[node] = true;
    }
    let mut best: Option<Vec<usize>> = None;
    for &start in knot.iter().take(CYCLE_STARTS) {
        for &node in knot {
            came_from[node] = usize::MAX;
        }
        let mut queue = VecDeque::from([start]);
        'search: while let Some(node) = queue.pop_front() {
            for &next in before[node].iter().filter(|next| inside[**next]) {
                if next == start {
                    let mut cycle = vec![node];
                    let mut at = node;
                    while at != start {
                        at = came_from[at];
                        cycle.push(at);
                    }
                    cycle.reverse();
                    if best.as_ref().is_none_or(|best| cycle.len() < best.len()) {
                        best = Some(cycle);
                    }
                    break 'search;
                }
                if came_from[next] == usize::MAX {
                    came_from[next] = node;
                    queue.push_back(next);
                }
            }
        }
        if best.as_ref().is_some_and(|best| best.len() == 1) {
            break;
        }
    }
    for &node in knot {
        inside[node] = false;
    }
    best
}

/// The strongly connected components that hold a cycle (Tarjan's algorithm, with its own stack:
/// a chain of 100,000 revisions must not exhaust the thread's).
pub(crate) fn knots(before: &Before) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let count = before.len();
    let (mut index, mut low) = (vec![UNSEEN; count], vec![0; count]);
    let mut on_stack = vec![false; count];
    let (mut stack, mut calls) = (Vec::new(), Vec::new());
    let (mut next_index, mut knots) = (0, Vec::new());
    for root in 0..count {
        if index[root] != UNSEEN {
            continue;
        }
        calls.push((root, 0));
        while let Some((node, edge)) = calls.pop() {
            if edge == 0 {
                index[node] = next_index;
                low[node] = next_index;
                next_index += 1;
                stack.push(node);
                on_stack[node] = true;
            }
            if let Some(&next) = before[node].get(edge) {
                calls.push((node, edge + 1));
                if index[next] == UNSEEN {
                    calls.push((next, 0));
                } else if on_stack[next] {
                    low[node] = low[node].min(index[next]);
                }
                continue;
            }
            if low[node] == index[node] {
                let mut knot = Vec::new();
                while let Some(member) = stack.pop() {
                    on_stack[member] = false;
                    knot.push(member);
                    if member == node {
                        break;
                    }
                }
                let is_cycle = knot.len() > 1 || before[node].contains(&node);
                if is_cycle {
                    knot.sort_unstable();
                    knots.push(knot);
                }
            }
            if let Some((caller, _)) = calls.last() {
                low[*caller] = low[*caller].min(low[node]);
            }
        }
    }
    knots
}

/// Of `edges`, each a node and one that comes right before it: those that say nothing new, with
/// the other one right before the node that has the earlier one before it.
///
/// 64 edges are looked at in one pass over `order`, each as a bit: whoever has its earlier end
/// before it carries it. A walk for each edge would cost the whole graph for a line that is merged
/// into another again and again.
pub(crate) fn implied(
    before: &Before,
    order: &[usize],
    edges: &[(usize, usize)],
) -> Vec<(usize, usize, usize)> {
    let mut place = vec![0; before.len()];
    for (at, node) in order.iter().enumerate() {
        place[*node] = at;
    }
    let (mut starts, mut carried) = (vec![0_u64; before.len()], vec![0_u64; before.len()]);
    let mut implied = Vec::new();
    for batch in edges.chunks(64) {
        for (bit, (_, earlier)) in batch.iter().enumerate() {
            starts[*earlier] |= 1 << bit;
        }
        let first = batch.iter().map(|(_, earlier)| place[*earlier]).min();
        let last = batch.iter().map(|(node, _)| place[*node]).max();
        let span = &order[first.unwrap_or(0)..last.unwrap_or(0)];
        for &node in span {
            let bits = before[node].iter().map(|one| starts[*one] | carried[*one]);
            carried[node] = bits.fold(0, |all, bits| all | bits);
        }
        for (bit, &(node, earlier)) in batch.iter().enumerate() {
            let over = before[node]
                .iter()
                .find(|one| carried[**one] >> bit & 1 == 1);
            implied.extend(over.map(|over| (node, earlier, *over)));
        }
        batch.iter().for_each(|(_, earlier)| starts[*earlier] = 0);
        span.iter().for_each(|node| carried[*node] = 0);
    }
    implied
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranks(count: usize) -> Vec<usize> {
        (0..count).collect()
    }

    #[test]
    fn a_diamond_is_ordered_and_has_no_cycle() {
        let before = vec![vec![], vec![0], vec![0], vec![2, 1]];
        assert_eq!(topological_order(&before, &ranks(4)), [0, 1, 2, 3]);
        assert!(cycles(&before, &ranks(4)).is_empty());
    }

    #[test]
    fn the_shortest_of_two_cycles_is_shown() {
        // 0 → 1 → 2 → 3 → 0, and 1 → 3 → … makes a shorter one with the edge 3 → 1.
        let before = vec![vec![1], vec![2], vec![3], vec![0, 1]];
        assert_eq!(cycles(&before, &ranks(4)), [vec![1, 2, 3]]);
    }

    #[test]
    fn a_loop_and_two_knots_are_each_shown_once() {
        let before = vec![vec![0], vec![2], vec![1], vec![1]];
        assert_eq!(cycles(&before, &ranks(4)), [vec![0], vec![1, 2]]);
    }

    #[test]
    fn edges_that_say_nothing_new_are_told_from_those_that_do() {
        // A line, each node of which also names the one before its parent; past 64 edges.
        let before: Before = (0..200_usize)
            .map(|node| (node.saturating_sub(2)..node).collect())
            .collect();
        let edges: Vec<(usize, usize)> = (0..200)
            .flat_map(|node| before[node].iter().map(move |one| (node, *one)))
            .collect();
        let skips: Vec<_> = (2..200).map(|node| (node, node - 2, node - 1)).collect();
        assert_eq!(implied(&before, &ranks(200), &edges), skips);
    }

    #[test]
    fn a_long_chain_does_not_exhaust_the_stack() {
        let before: Before = (0..200_000)
            .map(|node: usize| node.checked_sub(1).into_iter().collect())
            .collect();
        assert_eq!(topological_order(&before, &ranks(200_000)).len(), 200_000);
        assert!(cycles(&before, &ranks(200_000)).is_empty());
    }
}
