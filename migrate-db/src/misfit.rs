//! Applied revisions that do not fit the directory, other than by being newer: what was passed over,
//! renamed or deleted.

use std::collections::{HashMap, HashSet};
use std::fmt;

use migcheck_core::split::split;
use migcheck_core::{Dialect, Direction, Revision, RevisionGraph};

use crate::history::HistoryRow;
use crate::migrate_error::some_of;

/// Revisions that are not applied, though what builds on them is: they came into the directory later,
/// below what was applied here.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// They, in topological order.
    pub revisions: Vec<String>,
    /// The applied revisions that build on them.
    pub below: Vec<String>,
    /// Where the database is.
    pub at: Vec<String>,
}

impl Skipped {
    pub(crate) fn find(graph: &RevisionGraph, applied: &[bool]) -> Option<Self> {
        let skipped = graph.skipped(applied);
        let below = |at: &usize| {
            let mut before = graph.get(*at).into_iter().flat_map(Revision::prerequisites);
            applied[*at] && before.any(|before| !applied[before])
        };
        let below: Vec<usize> = (0..graph.len()).filter(below).collect();
        (!skipped.is_empty()).then(|| Self {
            revisions: graph.ids(&skipped),
            below: graph.ids(&below),
            at: graph.ids(&graph.current(applied)),
        })
    }

    /// The ways on.
    #[must_use]
    pub fn ways_out(&self) -> Vec<String> {
        let it = match self.revisions.len() {
            1 => "it",
            _ => "them",
        };
        let last = self.revisions.last().map_or("", String::as_str);
        let at = match self.at.as_slice() {
            [at] => format!("`{at}`"),
            _ => "what is applied".to_owned(),
        };
        vec![
            format!(
                "move {it} on top of {at}, which was applied here before: by a higher number, or, where \
                 scripts say what they revise, there"
            ),
            format!("or apply {it} now, out of order: `cargo migcheck upgrade {last}`"),
            format!(
                "or, if the database has {it} already, record that: `cargo migcheck stamp {last}`"
            ),
        ]
    }
}

impl Skipped {
    /// `2 (below 3)`.
    #[must_use]
    pub fn places(&self) -> String {
        let (revisions, below) = (some_of(&self.revisions), some_of(&self.below));
        format!("{revisions} (below {below})")
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let builds = match self.revisions.len() {
            1 => "it",
            _ => "them",
        };
        let places = self.places();
        write!(
            f,
            "not applied, though what builds on {builds} is: {places}"
        )
    }
}

/// Applied revisions whose scripts the directory has under other ids, which are not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Renamed {
    /// The ids that are recorded, each with the one in the directory.
    pub revisions: Vec<(String, String)>,
    /// Where the database is under the new ids; none where more is recorded than can be recorded anew.
    pub at: Vec<String>,
    /// Where it is without them.
    pub without: Vec<String>,
}

impl Renamed {
    /// What is applied and `unknown` here, or was begun, and has the script of something that is not
    /// applied. A script of no statements is anybody's: merges have such.
    pub(crate) fn find(
        graph: &RevisionGraph,
        dialect: Dialect,
        unknown: &[&HistoryRow],
        applied: &[bool],
    ) -> Option<Self> {
        if unknown.is_empty() {
            return None;
        }
        let mut by_checksum: HashMap<&str, Vec<&HistoryRow>> = HashMap::new();
        for row in unknown.iter().rev() {
            by_checksum.entry(&row.checksum).or_default().push(row);
        }
        let mut revisions = Vec::new();
        let mut renamed = applied.to_vec();
        for (at, revision) in graph.revisions().iter().enumerate() {
            let script = revision.script(Direction::Up, dialect);
            let Some(script) = script.filter(|_| !applied[at]) else {
                continue;
            };
            let Some(rows) = by_checksum.get_mut(&*script.checksum.to_string()) else {
                continue;
            };
            let statements = split(&script.source.text, dialect);
            if statements.is_ok_and(|statements| statements.is_empty()) {
                continue;
            }
            if let Some(row) = rows.pop() {
                revisions.push((row.revision.clone(), revision.id.to_string()));
                renamed[at] = true;
            }
        }
        let is_all = revisions.len() == unknown.len()
            && graph.skipped(&renamed).is_empty()
            && unknown.iter().all(|row| row.state.unfinished().is_none());
        let at = is_all.then(|| graph.ids(&graph.current(&renamed)));
        (!revisions.is_empty()).then(|| Self {
            revisions,
            at: at.unwrap_or_default(),
            without: graph.ids(&graph.current(applied)),
        })
    }

    /// The ways on.
    #[must_use]
    pub fn ways_out(&self) -> Vec<String> {
        let (file, was, id) = match self.revisions.len() {
            1 => ("the file", "it was", "id"),
            _ => ("the files", "they were", "ids"),
        };
        let mut ways = vec![format!(
            "give {file} the {id} back under which {was} applied"
        )];
        match (self.at.as_slice(), self.without.as_slice()) {
            ([at], _) => ways.push(format!(
                "or record the new {id}, which runs nothing: `cargo migcheck stamp {at} --purge`"
            )),
            ([], [at]) => ways.push(format!(
                "or take down what is above `{at}`, with the scripts that the history table kept: `cargo \
                 migcheck downgrade {at}`"
            )),
            _ => {}
        }
        ways
    }
}

impl Renamed {
    /// `2` is `02` now.
    #[must_use]
    pub fn pairs(&self) -> String {
        let pairs = self.revisions.iter();
        let pairs = pairs.map(|(was, is)| format!("`{was}` is `{is}` now"));
        some_of(&pairs.collect::<Vec<_>>())
    }
}

impl fmt::Display for Renamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let it = match self.revisions.len() {
            1 => "it was",
            _ => "they were",
        };
        write!(f, "renamed after {it} applied: {}", self.pairs())
    }
}

/// Applied revisions that the directory does not have, though what it has was applied on top of them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deleted {
    /// They.
    pub revisions: Vec<String>,
    /// Where the database is, as the directory has it.
    pub at: Vec<String>,
}

impl Deleted {
    /// What the `known` rows were applied on, and what that was applied on, as far as it is `unknown`.
    pub(crate) fn find(
        graph: &RevisionGraph,
        known: &[&HistoryRow],
        unknown: &[&HistoryRow],
        applied: &[bool],
    ) -> Option<Self> {
        let by_id: HashMap<&str, &HistoryRow> = unknown
            .iter()
            .map(|row| (row.revision.as_str(), *row))
            .collect();
        let mut deleted = HashSet::new();
        let mut left: Vec<&HistoryRow> = known.to_vec();
        while let Some(row) = left.pop() {
            for id in row.parents.iter().flatten() {
                if let Some(row) = by_id.get(id.as_str())
                    && deleted.insert(row.revision.as_str())
                {
                    left.push(row);
                }
            }
        }
        let rows = unknown.iter().map(|row| row.revision.as_str());
        let revisions: Vec<String> = rows
            .filter(|id| deleted.contains(id))
            .map(str::to_owned)
            .collect();
        let is_all = revisions.len() == unknown.len()
            && graph.skipped(applied).is_empty()
            && known.iter().all(|row| row.state.unfinished().is_none());
        let at = is_all.then(|| graph.ids(&graph.current(applied)));
        (!revisions.is_empty()).then(|| Self {
            revisions,
            at: at.unwrap_or_default(),
        })
    }

    /// The ways on.
    #[must_use]
    pub fn ways_out(&self) -> Vec<String> {
        let files = match self.revisions.len() {
            1 => "its file was",
            _ => "their files were",
        };
        let mut ways = vec![format!(
            "{files} deleted or renamed: restore what was applied (`git log --diff-filter=DR --summary`)"
        )];
        if let [at] = self.at.as_slice() {
            ways.push(format!(
                "or, if the other files do what {} did, record that the database has all of them: `cargo \
                 migcheck stamp {at} --purge`",
                match self.revisions.len() {
                    1 => "it",
                    _ => "they",
                }
            ));
        }
        ways
    }
}

impl fmt::Display for Deleted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "applied below what the directory has, and not in it: {}",
            some_of(&self.revisions)
        )
    }
}
