//! What can be applied together: names for it, and what made it.

use super::Fingerprint;
use crate::{Checksum, Dialect, Direction, RevisionGraph};

/// Names the sets of revisions that a database can have, by their tops: the revisions that nothing
/// else in the set needs.
#[derive(Debug)]
pub struct States<'a> {
    graph: &'a RevisionGraph,
    /// What made each revision's schema.
    scripts: Vec<Checksum>,
}

/// The name of the state in which nothing is applied; no revision can have it as its id.
const NOTHING: &str = "base";

/// Stands between the ids of several tops; no id can hold it.
const AND: char = '+';

impl<'a> States<'a> {
    /// The states of databases of one dialect.
    #[must_use]
    pub fn new(graph: &'a RevisionGraph, dialect: Dialect) -> Self {
        let mut scripts: Vec<Checksum> = Vec::with_capacity(graph.len());
        for revision in graph.revisions() {
            let mut before: Vec<Checksum> =
                revision.prerequisites().map(|at| scripts[at]).collect();
            before.sort();
            before.dedup();
            let up = revision.script(Direction::Up, dialect);
            let up = up.map_or(Checksum([0; 32]), |script| script.checksum);
            let parts = std::iter::once(&up).chain(&before);
            scripts.push(Checksum::of_parts(parts.map(|part| &part.0[..])));
        }
        Self { graph, scripts }
    }

    /// The name of the state with these tops: `base`, `002`, or `002+003`.
    #[must_use]
    pub fn name(&self, tops: &[usize]) -> String {
        let mut ids = self.graph.ids(tops);
        ids.sort();
        match ids.is_empty() {
            true => NOTHING.to_owned(),
            false => ids.join(&AND.to_string()),
        }
    }

    /// The tops of the state of that name, if the directory has all of them.
    #[must_use]
    pub fn tops(&self, name: &str) -> Option<Vec<usize>> {
        if name == NOTHING {
            return Some(Vec::new());
        }
        name.split(AND).map(|id| self.graph.position(id)).collect()
    }

    /// The tops of the state of that name, in topological order, if what is recorded of it still holds.
    pub(super) fn current(&self, name: &str, known: &Fingerprint) -> Result<Vec<usize>, Stale> {
        let mut tops = self.tops(name).ok_or(Stale::Unknown)?;
        if self.scripts(&tops) != known.scripts {
            return Err(Stale::Edited);
        }
        tops.sort_unstable();
        Ok(tops)
    }

    /// The checksum of the up scripts that make the state, and of their order.
    #[must_use]
    pub fn scripts(&self, tops: &[usize]) -> Checksum {
        let mut scripts: Vec<Checksum> = tops.iter().map(|at| self.scripts[*at]).collect();
        scripts.sort();
        Checksum::of_parts(scripts.iter().map(|part| &part.0[..]))
    }
}

/// Why a fingerprint says nothing of the revisions as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stale {
    /// A revision of the state is not there.
    Unknown,
    /// The schema was made by other scripts.
    Edited,
}

/// The tops of what is applied, in topological order; one flag a revision.
#[must_use]
pub fn tops(graph: &RevisionGraph, applied: &[bool]) -> Vec<usize> {
    let mut is_top = applied.to_vec();
    for (revision, _) in graph.revisions().iter().zip(applied).filter(|(_, is)| **is) {
        revision
            .prerequisites()
            .for_each(|before| is_top[before] = false);
    }
    (0..is_top.len()).filter(|at| is_top[*at]).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn graph(files: &[(&str, &str)]) -> RevisionGraph {
        let config = (
            "migcheck.toml",
            "layout = \"native\"\nheads = 9\n[naming]\nfile = \"{seq}_{slug}\"\n",
        );
        let files = files.iter().chain([&config]);
        let files = files.map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
        let checked = crate::check_files(files.collect(), "migrations");
        checked.graph.unwrap()
    }

    fn fork(second: &str) -> RevisionGraph {
        graph(&[
            (
                "001_a.up.sql",
                "-- migcheck: revises = \"base\"\nSELECT 1;\n",
            ),
            ("001_a.down.sql", "SELECT 1;\n"),
            ("002_b.up.sql", second),
            ("002_b.down.sql", "SELECT 1;\n"),
            (
                "003_c.up.sql",
                "-- migcheck: revises = \"001\"\nSELECT 1;\n",
            ),
            ("003_c.down.sql", "SELECT 1;\n"),
        ])
    }

    #[test]
    fn a_state_is_called_by_what_nothing_in_it_needs() {
        let graph = fork("-- migcheck: revises = \"001\"\nSELECT 1;\n");
        let states = States::new(&graph, Dialect::Postgres);
        for (applied, name) in [
            ([false, false, false], "base"),
            ([true, false, false], "001"),
            ([true, true, false], "002"),
            ([true, true, true], "002+003"),
        ] {
            let tops = tops(&graph, &applied);
            assert_eq!(states.name(&tops), name);
            assert_eq!(states.tops(name).unwrap(), tops);
        }
        assert_eq!(states.tops("004"), None);
        assert_eq!(states.tops("002+004"), None);
    }

    #[test]
    fn an_edit_makes_other_states_of_what_builds_on_it_alone() {
        let before = fork("-- migcheck: revises = \"001\"\nSELECT 1;\n");
        let after = fork("-- migcheck: revises = \"001\"\nSELECT 2;\n");
        let scripts = |graph: &RevisionGraph, name: &str| {
            let states = States::new(graph, Dialect::Postgres);
            states.scripts(&states.tops(name).unwrap())
        };
        for (name, is_same) in [
            ("base", true),
            ("001", true),
            ("002", false),
            ("003", true),
            ("002+003", false),
        ] {
            assert_eq!(
                scripts(&before, name) == scripts(&after, name),
                is_same,
                "{name}"
            );
        }
    }
}
