//! Which merges there are, and what the branches that they join have each for themselves.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use migcheck_core::RevisionGraph;

use super::Stairs;

/// A merge whose branches are walked one without the other.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Join {
    pub(super) merge: usize,
    /// Everything that not all of its parents build on, in order.
    pub(super) all: Vec<usize>,
    /// What each parent brings of it, in order and with the parent as the last.
    pub(super) branches: Vec<Vec<usize>>,
}

impl Join {
    /// What all parents but one bring.
    pub(super) fn besides(&self, branch: &[usize]) -> Vec<usize> {
        let others = self.all.iter().filter(|at| !branch.contains(at));
        others.copied().collect()
    }
}

/// The merges that are checked.
#[derive(Debug, Default)]
pub(super) struct Joins {
    /// In order.
    pub(super) walked: VecDeque<Join>,
    /// Those whose branches are too long.
    pub(super) too_long: BTreeSet<usize>,
}

impl Joins {
    /// Each revision pays for one that is walked again, so that the cost stays proportional to the
    /// history, whatever is merged: merges of short branches are all walked, and of long ones those
    /// that the history before them has paid for. It is the same for any number of workers.
    pub(super) fn of(graph: &RevisionGraph, stairs: &Stairs) -> Self {
        let mut found = Self::default();
        let mut paid = 0;
        for at in 0..stairs.end() {
            paid += 1;
            if graph.revisions()[at].parents.len() < 2 {
                continue;
            }
            let join = join(graph, at, paid);
            paid -= join.as_ref().map_or(0, |join| join.all.len());
            if stairs.checked[at] {
                match join {
                    Some(join) => found.walked.push_back(join),
                    None => {
                        found.too_long.insert(at);
                    }
                }
            }
        }
        found
    }
}

/// What the merge joins; none where that are more than `most`.
fn join(graph: &RevisionGraph, merge: usize, most: usize) -> Option<Join> {
    let parents = &graph.revisions()[merge].parents;
    // Which parents build on a place, one bit each; of what lies behind the latest place that is
    // known. Edges point backwards, so that a place is known in full when it is the latest.
    let everyone = u64::MAX.checked_shr(64_u32.checked_sub(u32::try_from(parents.len()).ok()?)?)?;
    let mut ahead: BTreeMap<usize, u64> = BTreeMap::new();
    for (number, parent) in parents.iter().enumerate() {
        *ahead.entry(*parent).or_default() |= 1 << number;
    }
    let mut own: Vec<(usize, u64)> = Vec::new();
    while ahead.values().any(|of| *of != everyone)
        && let Some((place, of)) = ahead.pop_last()
    {
        if of != everyone {
            own.push((place, of));
        }
        if own.len() > most {
            return None;
        }
        for before in graph.revisions()[place].prerequisites() {
            *ahead.entry(before).or_default() |= of;
        }
    }
    own.reverse();
    let branch = |number: usize| {
        let own = own.iter().filter(|(_, of)| of & (1 << number) != 0);
        own.map(|(place, _)| *place).collect::<Vec<_>>()
    };
    Some(Join {
        merge,
        all: own.iter().map(|(place, _)| *place).collect(),
        branches: (0..parents.len()).map(branch).collect(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::ops::Range;

    use super::*;

    /// Each with its parents by place.
    fn graph(parents: &[&[usize]]) -> RevisionGraph {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            std::fs::write(directory.path().join(name), text).unwrap();
        };
        file(
            "migcheck.toml",
            "layout = \"native\"\nheads = 9\n[naming]\nfile = \"{seq}_{slug}\"\n",
        );
        for (at, parents) in parents.iter().enumerate() {
            let ids: Vec<String> = parents.iter().map(|at| format!("\"{at:03}\"")).collect();
            let revises = match &*ids {
                [] => "\"base\"".to_owned(),
                ids => format!("[{}]", ids.join(", ")),
            };
            let up = format!("-- migcheck: revises = {revises}\nSELECT 1;\n");
            file(&format!("{at:03}_one.up.sql"), &up);
            file(&format!("{at:03}_one.down.sql"), "SELECT 1;\n");
        }
        RevisionGraph::load(directory.path()).unwrap()
    }

    fn joins(graph: &RevisionGraph, checked: Range<usize>) -> Joins {
        let stairs = Stairs {
            checked: (0..graph.len()).map(|at| checked.contains(&at)).collect(),
            climbed: vec![true; graph.len()],
        };
        Joins::of(graph, &stairs)
    }

    #[test]
    fn a_merge_joins_what_came_after_the_branches_parted() {
        let graph = graph(&[&[], &[0], &[1], &[1], &[2], &[3], &[4, 5], &[6]]);
        let found = joins(&graph, 0..8);
        let expected = Join {
            merge: 6,
            all: vec![2, 3, 4, 5],
            branches: vec![vec![2, 4], vec![3, 5]],
        };
        assert_eq!(expected.besides(&[2, 4]), [3, 5]);
        assert_eq!(found.walked, [expected]);
        assert!(joins(&graph, 0..6).walked.is_empty() && joins(&graph, 7..8).walked.is_empty());
    }

    #[test]
    fn what_two_of_three_parents_share_is_in_both_branches() {
        let found = joins(&graph(&[&[], &[0], &[1], &[1], &[0], &[2, 3, 4]]), 0..6);
        assert_eq!(found.walked[0].branches, [vec![1, 2], vec![1, 3], vec![4]]);
    }

    #[test]
    fn branches_are_walked_as_far_as_the_history_has_paid() {
        let before: [&[usize]; 12] = [
            &[],
            &[0],
            &[1],
            &[2],
            &[3],
            &[0],
            &[4, 5],
            &[5],
            &[6, 7],
            &[8],
            &[8],
            &[9, 10],
        ];
        let graph = graph(&before);
        // What 6 joins would be walked once more for 8, and has been paid for once.
        for (checked, walked) in [(0..12, vec![6, 11]), (7..12, vec![11])] {
            let found = joins(&graph, checked);
            let merges: Vec<usize> = found.walked.iter().map(|join| join.merge).collect();
            assert_eq!(merges, walked);
            assert_eq!(found.too_long, BTreeSet::from([8]));
        }
    }
}
