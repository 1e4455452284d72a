//! Which lane each row's node stands in, and along which lane each edge runs.
//!
//! As in git's graphs: one row a node, and each open target has a lane of its own down to its row,
//! which all edges to that target join at once. A graph of many branches from one point is
//! therefore no wider than one of two, and the work is linear but for a heap of free lanes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Node;

/// What kind of edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum EdgeKind {
    Dependency,
    Parent,
}

/// An edge, from the upper row to the lower. Between them it runs along `lane`, from the row after
/// `from` to the row before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) lane: usize,
    pub(super) kind: EdgeKind,
}

/// The layout of a picture.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lanes {
    /// The lane of each row's node.
    pub(super) of: Vec<usize>,
    pub(super) edges: Vec<Edge>,
    /// How many lanes there are.
    pub(super) count: usize,
}

/// The lanes that nothing runs along; the leftmost is taken first.
#[derive(Default)]
struct Free {
    given_back: BinaryHeap<Reverse<usize>>,
    count: usize,
}

impl Free {
    fn take(&mut self) -> usize {
        self.given_back.pop().map_or_else(
            || {
                self.count += 1;
                self.count - 1
            },
            |Reverse(lane)| lane,
        )
    }

    fn give_back(&mut self, lane: usize) {
        self.given_back.push(Reverse(lane));
    }
}

/// Where a node's edges lead: rows below its own.
pub(super) trait Below {
    fn parents(&self) -> &[usize];
    fn dependencies(&self) -> &[usize];
}

impl Below for Node<'_> {
    fn parents(&self) -> &[usize] {
        &self.parents
    }

    fn dependencies(&self) -> &[usize] {
        &self.dependencies
    }
}

/// Lays out `rows`.
pub(super) fn lay_out(rows: &[impl Below]) -> Lanes {
    let mut free = Free::default();
    // The lanes that lead to each row.
    let mut solid: Vec<Option<usize>> = vec![None; rows.len()];
    let mut dashed: Vec<Option<usize>> = vec![None; rows.len()];
    let mut lanes = Lanes::default();
    for (from, row) in rows.iter().enumerate() {
        if let Some(ended) = dashed[from] {
            free.give_back(ended);
        }
        let own = solid[from].unwrap_or_else(|| free.take());
        lanes.of.push(own);
        // The first parent goes on below the node, so that a branch is a straight line.
        let mut own = Some(own);
        for &to in row.parents() {
            let lane = *solid[to].get_or_insert_with(|| own.take().unwrap_or_else(|| free.take()));
            let kind = EdgeKind::Parent;
            lanes.edges.push(Edge {
                from,
                to,
                lane,
                kind,
            });
        }
        if let Some(own) = own {
            free.give_back(own);
        }
        for &to in row.dependencies() {
            // To the next row there is nothing to run along.
            let lane = match dashed[to] {
                None if to == from + 1 => 0,
                lane => *dashed[to].insert(lane.unwrap_or_else(|| free.take())),
            };
            let kind = EdgeKind::Dependency;
            lanes.edges.push(Edge {
                from,
                to,
                lane,
                kind,
            });
        }
    }
    lanes.count = free.count;
    for edge in lanes
        .edges
        .iter_mut()
        .filter(|edge| edge.to == edge.from + 1)
    {
        edge.lane = lanes.of[edge.to];
    }
    lanes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Row = (Vec<usize>, Vec<usize>);

    impl Below for Row {
        fn parents(&self) -> &[usize] {
            &self.0
        }

        fn dependencies(&self) -> &[usize] {
            &self.1
        }
    }

    fn parents(rows: &[&[usize]]) -> Vec<Row> {
        rows.iter().map(|row| (row.to_vec(), Vec::new())).collect()
    }

    #[test]
    fn a_line_is_one_lane() {
        let lanes = lay_out(&parents(&[&[1], &[2], &[]]));
        assert_eq!((lanes.of, lanes.count), (vec![0, 0, 0], 1));
    }

    #[test]
    fn a_side_branch_is_a_lane_beside_until_it_ends() {
        // A merge of two branches, on top of one another: 0 joins 1 and 2, which part at 3.
        let lanes = lay_out(&parents(&[&[1, 2], &[3], &[3], &[]]));
        assert_eq!((lanes.of, lanes.count), (vec![0, 0, 1, 0], 2));
    }

    #[test]
    fn lanes_are_used_again() {
        // A thousand side branches, one after the other.
        let mut rows = Vec::new();
        for at in 0..1_000 {
            let next = 3 * (at + 1);
            rows.push((vec![next - 2, next - 1], Vec::new()));
            rows.push((vec![next], Vec::new()));
            rows.push((vec![next], Vec::new()));
        }
        rows.push((Vec::new(), Vec::new()));
        assert_eq!(lay_out(&rows).count, 2);
    }

    #[test]
    fn many_branches_of_one_point_are_no_wider_than_two() {
        let mut rows: Vec<Row> = (0..100).map(|_| (vec![100], Vec::new())).collect();
        rows.push((Vec::new(), Vec::new()));
        assert_eq!(lay_out(&rows).count, 2);
    }

    /// Rows whose edges lead downwards, to a distinct row each.
    fn graphs() -> impl Strategy<Value = Vec<Row>> {
        let picks = prop::collection::vec(any::<prop::sample::Index>(), 0..4);
        prop::collection::vec((picks.clone(), picks), 1..60).prop_map(|picks| {
            let count = picks.len();
            let below = |row: usize, picks: Vec<prop::sample::Index>| {
                let left = count - row - 1;
                let picks = picks.iter().filter(|_| left > 0);
                let mut rows: Vec<usize> = picks.map(|pick| row + 1 + pick.index(left)).collect();
                rows.sort_unstable();
                rows.dedup();
                rows
            };
            let rows = picks.into_iter().enumerate();
            rows.map(|(row, (parents, depends))| (below(row, parents), below(row, depends)))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn edges_join_their_nodes_and_run_through_no_other(rows in graphs()) {
            let lanes = lay_out(&rows);
            prop_assert_eq!(&lanes, &lay_out(&rows));
            prop_assert_eq!(lanes.of.len(), rows.len());
            prop_assert!(lanes.of.iter().all(|lane| *lane < lanes.count));

            let drawn = |kind| {
                let edges = lanes.edges.iter().filter(move |edge| edge.kind == kind);
                edges.map(|edge| (edge.from, edge.to)).collect::<Vec<_>>()
            };
            let wanted = |below: fn(&Row) -> &[usize]| {
                let rows = rows.iter().enumerate();
                rows.flat_map(|(from, row)| below(row).iter().map(move |to| (from, *to)))
                    .collect::<Vec<_>>()
            };
            prop_assert_eq!(drawn(EdgeKind::Parent), wanted(|row| &row.0));
            prop_assert_eq!(drawn(EdgeKind::Dependency), wanted(|row| &row.1));

            // What runs through each row and lane: at most one node, or edges to one target.
            let mut taken = std::collections::HashMap::new();
            for (row, lane) in lanes.of.iter().enumerate() {
                prop_assert!(taken.insert((row, *lane), None).is_none());
            }
            for edge in &lanes.edges {
                for row in edge.from + 1..edge.to {
                    let through = Some((edge.to, edge.kind));
                    let before = taken.insert((row, edge.lane), through);
                    prop_assert!(before.is_none() || before == Some(through));
                }
                if edge.to == edge.from + 1 || edge.kind == EdgeKind::Parent {
                    prop_assert_eq!(edge.lane, lanes.of[edge.to]);
                }
            }
        }
    }
}
