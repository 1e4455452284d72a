//! Revisions in a line each: id, title, labels and marks.

use migcheck_core::{Revision, RevisionGraph};
use migcheck_db::Status;

use super::style::{BOLD, DIM, GREEN, YELLOW, painted};

/// What a revision is to the graph.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Marks {
    pub(crate) head: bool,
    pub(crate) base: bool,
    pub(crate) merge: bool,
    pub(crate) branch_point: bool,
}

/// What the revision at `place` is to the graph.
pub(crate) fn marks(graph: &RevisionGraph, place: usize, revision: &Revision) -> Marks {
    let children = graph.children(place).len();
    Marks {
        head: children == 0,
        base: revision.parents.is_empty(),
        merge: revision.parents.len() > 1,
        branch_point: children > 1,
    }
}

/// Where a database stands.
#[derive(Debug)]
pub(crate) struct Standing {
    /// What is applied, by place.
    pub(crate) applied: Vec<bool>,
    /// What it is at, by place: applied, with nothing applied on top.
    pub(crate) current: Vec<bool>,
}

impl Standing {
    /// As a database was found.
    pub(crate) fn of(graph: &RevisionGraph, status: &Status) -> Self {
        let mut current = vec![false; graph.len()];
        for place in status.current.iter().filter_map(|id| graph.position(id)) {
            current[place] = true;
        }
        Self {
            applied: status.applied(graph),
            current,
        }
    }
}

/// One revision's line, before it is known how wide it may be.
#[derive(Debug)]
pub(crate) struct Line {
    id: String,
    title: String,
    /// What follows the title, plain and painted.
    tail: Vec<(String, String)>,
}

impl Line {
    /// The line of a revision, without labels and marks.
    pub(crate) fn bare(revision: &Revision) -> Self {
        Self {
            id: revision.id.to_string(),
            title: revision.title().into_owned(),
            tail: Vec::new(),
        }
    }

    /// The line of what is recorded under an id, which need not be in the directory.
    pub(crate) fn recorded(graph: &RevisionGraph, id: &str) -> Self {
        match graph.position(id).and_then(|at| graph.get(at)) {
            Some(revision) => Self::bare(revision),
            None => Self {
                id: id.to_owned(),
                title: "(not in this directory)".to_owned(),
                tail: Vec::new(),
            },
        }
    }

    /// The line of a revision.
    pub(crate) fn of(graph: &RevisionGraph, place: usize, revision: &Revision) -> Self {
        let mut line = Self::bare(revision);
        for label in &revision.labels {
            let text = format!("[{label}]");
            line.tail.push((text.clone(), painted(YELLOW, text)));
        }
        let after = graph.ids(&revision.depends_on);
        if !after.is_empty() {
            line.mark(&format!("depends on {}", after.join(", ")), false);
        }
        let marks = marks(graph, place, revision);
        for (is, name) in [
            (marks.merge, "merge"),
            (marks.branch_point, "branch point"),
            (marks.base, "base"),
            (revision.irreversible.is_some(), "irreversible"),
        ] {
            if is {
                line.mark(name, false);
            }
        }
        if marks.head {
            line.mark("head", true);
        }
        line
    }

    /// The same, with a word that the database is at it.
    pub(crate) fn current(mut self) -> Self {
        self.mark("current", true);
        self
    }

    fn mark(&mut self, name: &str, here: bool) {
        let text = format!("({name})");
        let style = if here { GREEN } else { DIM };
        self.tail.push((text.clone(), painted(style, text)));
    }

    /// The line, the id padded to `id_width`; where there is a `width`, the title is cut to fit it.
    pub(crate) fn render(&self, id_width: usize, width: Option<usize>) -> String {
        let tail: usize = self
            .tail
            .iter()
            .map(|(plain, _)| 1 + plain.chars().count())
            .sum();
        let id = self.id.chars().count().max(id_width);
        // A title cut to less than this says nothing; a line that is too long then says more.
        let room = width.map(|width| width.saturating_sub(id + 2 + tail).max(12));
        let title = match room {
            Some(room) if self.title.chars().count() > room => {
                let kept: String = self.title.chars().take(room - 1).collect();
                format!("{}…", kept.trim_end())
            }
            _ => self.title.clone(),
        };
        let padding = " ".repeat(id - self.id.chars().count());
        let mut line = format!("{}{padding}  {title}", painted(BOLD, &self.id));
        for (_, styled) in &self.tail {
            line.push(' ');
            line.push_str(styled);
        }
        line
    }

    pub(crate) fn id_width(&self) -> usize {
        self.id.chars().count()
    }
}

/// The revisions at `places`, a line each, in columns.
pub(crate) fn table(
    graph: &RevisionGraph,
    places: &[usize],
    indent: &str,
    width: Option<usize>,
) -> String {
    let lines: Vec<Line> = places
        .iter()
        .filter_map(|at| Some(Line::of(graph, *at, graph.get(*at)?)))
        .collect();
    let id_width = lines.iter().map(Line::id_width).max().unwrap_or(0);
    let width = width.map(|width| width.saturating_sub(indent.chars().count()));
    lines
        .iter()
        .map(|line| format!("{indent}{}\n", line.render(id_width, width)))
        .collect()
}
