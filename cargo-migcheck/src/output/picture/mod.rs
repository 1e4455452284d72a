//! The history as a picture: SVG of our own, or the text that Mermaid and Graphviz draw from.

mod dot;
mod lanes;
mod mermaid;
mod svg;

use std::fmt::Write as _;

use migcheck_core::{Revision, RevisionGraph};

pub(crate) use mermaid::{MAX_CHARACTERS, MAX_EDGES};

use super::revisions::{Marks, marks};

/// Revisions to draw, the newest first, and how they hang together.
pub(crate) struct Picture<'a> {
    /// What it shows.
    name: String,
    nodes: Vec<Node<'a>>,
}

/// One revision. Edges lead to rows below its own.
struct Node<'a> {
    revision: &'a Revision,
    marks: Marks,
    parents: Vec<usize>,
    dependencies: Vec<usize>,
    /// Whether it has a parent that is not in the picture.
    is_cut: bool,
    parent_ids: Vec<String>,
    dependency_ids: Vec<String>,
}

impl<'a> Picture<'a> {
    /// The picture of the revisions at `places`, which are in topological order.
    pub(crate) fn of(name: &str, graph: &'a RevisionGraph, places: &[usize]) -> Self {
        let mut row_of = vec![None; graph.len()];
        for (row, place) in places.iter().rev().enumerate() {
            row_of[*place] = Some(row);
        }
        let rows = |of: &[usize]| of.iter().filter_map(|at| row_of[*at]).collect::<Vec<_>>();
        let nodes = places.iter().rev().filter_map(|place| {
            let revision = graph.get(*place)?;
            let parents = rows(&revision.parents);
            Some(Node {
                marks: marks(graph, *place, revision),
                is_cut: parents.len() < revision.parents.len(),
                parents,
                dependencies: rows(&revision.depends_on),
                parent_ids: graph.ids(&revision.parents),
                dependency_ids: graph.ids(&revision.depends_on),
                revision,
            })
        });
        let nodes: Vec<Node<'_>> = nodes.collect();
        Self {
            name: name.to_owned(),
            nodes,
        }
    }

    /// How many edges there are, dependencies among them.
    pub(crate) fn edges(&self) -> usize {
        let edges = |node: &Node<'_>| node.parents.len() + node.dependencies.len();
        self.nodes.iter().map(edges).sum()
    }

    /// `migrations: 205 revisions, 27 merges, 22 branch points, 2 heads`.
    fn caption(&self) -> String {
        let count =
            |is: fn(&Marks) -> bool| self.nodes.iter().filter(|node| is(&node.marks)).count();
        let mut caption = format!("{}: ", self.name);
        caption.push_str(&super::counted(self.nodes.len(), "revision"));
        for (number, one) in [
            (count(|marks| marks.merge), "merge"),
            (count(|marks| marks.branch_point), "branch point"),
            (count(|marks| marks.head), "head"),
        ] {
            if number > 0 {
                let _ = write!(caption, ", {}", super::counted(number, one));
            }
        }
        caption
    }
}

impl Node<'_> {
    fn id(&self) -> &str {
        self.revision.id.as_str()
    }

    /// The words for what it is, as lists of revisions have them.
    fn kinds(&self) -> impl Iterator<Item = &'static str> {
        [
            (self.marks.merge, "merge"),
            (self.marks.branch_point, "branch point"),
            (self.marks.base, "base"),
            (self.revision.irreversible.is_some(), "irreversible"),
            (self.marks.head, "head"),
        ]
        .into_iter()
        .filter_map(|(is, name)| is.then_some(name))
    }
}

/// Text without the characters that no text format takes, and at most so many of them.
fn printable(text: &str, most: usize) -> String {
    let mut kept = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    let mut text: String = kept.by_ref().take(most).collect();
    if kept.next().is_some() {
        text.pop();
        text.push('…');
    }
    text
}

/// The longest title in a picture, in characters; a tooltip has the rest.
const TITLE: usize = 90;
