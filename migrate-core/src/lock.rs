//! `migcheck.lock`: what was there when it was written, so that an edit of history is seen.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use crate::checksum::canonical;
use crate::finding::{Finding, Label, SourceFile};
use crate::graph::RevisionGraph;
use crate::relock;
use crate::revision::{Direction, Revision};
use crate::toml_reader::{self as reader, Problem};
use crate::{Checksum, Code, Dialect};

/// The file's name.
pub const LOCK_FILE: &str = "migcheck.lock";
const VERSION: usize = 1;
/// How the lock calls the script that serves every dialect without one of its own.
const ANY: &str = "any";

/// The lock of a directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// The heads' ids. Two branches that each add a revision conflict on this line.
    pub heads: Vec<String>,
    /// The revisions, in topological order.
    pub revisions: Vec<LockedRevision>,
}

/// What the lock records of one revision.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LockedRevision {
    /// The id.
    pub id: String,
    /// The parents' ids, sorted.
    pub revises: Vec<String>,
    /// The checksums of the up scripts, by dialect; `None` is the common one. None at all: the
    /// revision was still to be written, and the record only keeps its place.
    pub up: BTreeMap<Option<Dialect>, Checksum>,
    /// The checksums of the down scripts.
    pub down: BTreeMap<Option<Dialect>, Checksum>,
    /// The chain checksum.
    pub chain: Checksum,
}

impl LockedRevision {
    /// Whether two records are of the same scripts and parents.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        (&self.revises, &self.up, &self.down) == (&other.revises, &other.up, &other.down)
    }

    /// Whether the revision was still to be written when it was recorded.
    pub(crate) fn is_reserved(&self) -> bool {
        self.up.is_empty()
    }

    /// The record that only keeps a place, where the scripts of `revision` hold comments alone. A
    /// merge is meant to stay empty, and may long be applied.
    fn reserved(mut self, revision: &Revision) -> Self {
        if revision.parents.len() < 2 && revision.is_unwritten() {
            self.up.clear();
            self.down.clear();
        }
        self
    }

    pub(crate) fn of(graph: &RevisionGraph, revision: &Revision) -> Self {
        let sums = |direction| {
            let scripts = revision.scripts.iter();
            scripts
                .filter(|script| script.direction == direction)
                .map(|script| (script.dialect, script.checksum))
                .collect()
        };
        let parents = revision.parents.iter().filter_map(|at| graph.get(*at));
        let mut revises: Vec<String> = parents.map(|parent| parent.id.to_string()).collect();
        revises.sort();
        Self {
            id: revision.id.to_string(),
            revises,
            up: sums(Direction::Up),
            down: sums(Direction::Down),
            chain: revision.chain,
        }
    }
}

impl Lock {
    /// The lock of a graph as it stands.
    #[must_use]
    pub fn of(graph: &RevisionGraph) -> Self {
        let ids = |places: Vec<usize>| {
            let mut ids: Vec<String> = places
                .into_iter()
                .filter_map(|at| graph.get(at))
                .map(|revision| revision.id.to_string())
                .collect();
            ids.sort();
            ids
        };
        Self {
            heads: ids(graph.heads()),
            revisions: graph
                .revisions()
                .iter()
                .map(|revision| LockedRevision::of(graph, revision).reserved(revision))
                .collect(),
        }
    }

    /// The parents of the revisions of these ids.
    pub(crate) fn parents_of(&self, ids: &HashSet<&str>) -> HashSet<&str> {
        let of = self.revisions.iter().filter(|one| ids.contains(&*one.id));
        of.flat_map(|one| one.revises.iter().map(String::as_str))
            .collect()
    }

    /// The text of the file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text =
            String::from("# Written by `cargo migcheck lock`. Commit it, and do not edit it.\n");
        let _ = writeln!(text, "version = {VERSION}\nheads = {}", list(&self.heads));
        for revision in &self.revisions {
            let _ = writeln!(text, "\n[[revision]]\nid = {}", quoted(&revision.id));
            let _ = writeln!(text, "revises = {}", list(&revision.revises));
            for (name, sums) in [("up", &revision.up), ("down", &revision.down)] {
                if !sums.is_empty() {
                    let _ = writeln!(text, "{name} = {}", checksums(sums));
                }
            }
            let _ = writeln!(text, "chain = \"{}\"", revision.chain);
        }
        text
    }

    /// Reads the text of a lock; `None` where it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(&canonical(text)).ok()
    }

    pub(crate) fn read(text: &str) -> Result<Self, Problem> {
        let document = reader::parse(text)?;
        known_keys(&document, &["version", "heads", "revision"])?;
        let version = required(&document, "version", text)?;
        if reader::count(version)? != VERSION {
            return Err(Problem::new(
                version.span(),
                "this version of migcheck does not know this lock format",
            )
            .help("upgrade migcheck"));
        }
        let heads = reader::strings(required(&document, "heads", text)?)?;
        let mut revisions = Vec::new();
        if let Some(list) = document.get("revision") {
            for item in reader::array(list, "a list of revisions")? {
                revisions.push(read_revision(reader::table(item)?, text)?);
            }
        }
        Ok(Self {
            heads: heads.into_iter().map(toml::Spanned::into_inner).collect(),
            revisions,
        })
    }
}

fn known_keys(table: &DeTable<'_>, known: &[&str]) -> Result<(), Problem> {
    match table
        .iter()
        .find(|(key, _)| !known.contains(&&**key.get_ref()))
    {
        Some((key, _)) => Err(Problem::unknown_key(key, known)),
        None => Ok(()),
    }
}

fn required<'a, 'i>(
    table: &'a DeTable<'i>,
    key: &str,
    text: &str,
) -> Result<&'a toml::Spanned<DeValue<'i>>, Problem> {
    let missing = || Problem::new(0..text.len().min(1), format!("the key `{key}` is missing"));
    table.get(key).ok_or_else(missing)
}

fn read_revision(table: &DeTable<'_>, text: &str) -> Result<LockedRevision, Problem> {
    known_keys(table, &["id", "revises", "up", "down", "chain"])?;
    let sums = |key: &str| match table.get(key) {
        Some(value) => read_checksums(value),
        None => Ok(BTreeMap::new()),
    };
    let revises = reader::strings(required(table, "revises", text)?)?;
    Ok(LockedRevision {
        id: reader::string(required(table, "id", text)?)?.into_inner(),
        revises: revises.into_iter().map(toml::Spanned::into_inner).collect(),
        up: sums("up")?,
        down: sums("down")?,
        chain: checksum(required(table, "chain", text)?)?,
    })
}

fn read_checksums(
    value: &toml::Spanned<DeValue<'_>>,
) -> Result<BTreeMap<Option<Dialect>, Checksum>, Problem> {
    if value.get_ref().is_str() {
        return Ok(BTreeMap::from([(None, checksum(value)?)]));
    }
    reader::table(value)?
        .iter()
        .map(|(key, value)| {
            let name: &str = key.get_ref();
            let dialect = match Dialect::ALL
                .into_iter()
                .find(|dialect| dialect.name() == name)
            {
                Some(dialect) => Some(dialect),
                None if name == ANY => None,
                None => {
                    return Err(Problem::unknown_key(
                        key,
                        &[ANY, "postgres", "mysql", "sqlite"],
                    ));
                }
            };
            Ok((dialect, checksum(value)?))
        })
        .collect()
}

fn checksum(value: &toml::Spanned<DeValue<'_>>) -> Result<Checksum, Problem> {
    let text = reader::string(value)?;
    Checksum::parse(text.get_ref())
        .ok_or_else(|| Problem::new(value.span(), "not a SHA-256 in hexadecimal"))
}

fn checksums(sums: &BTreeMap<Option<Dialect>, Checksum>) -> String {
    if let (1, Some(sum)) = (sums.len(), sums.get(&None)) {
        return format!("\"{sum}\"");
    }
    let parts: Vec<String> = sums
        .iter()
        .map(|(dialect, sum)| format!("{} = \"{sum}\"", dialect.map_or(ANY, Dialect::name)))
        .collect();
    format!("{{ {} }}", parts.join(", "))
}

pub(crate) fn list(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
    format!("[{}]", items.join(", "))
}

/// A TOML string. An id may hold a quote; what a lock records of a revision that is gone may be any
/// text, and has to read back.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

pub(crate) fn unreadable(source: &Arc<SourceFile>, problem: Problem) -> Finding {
    if relock::is_merge(&source.text) {
        let is_marker = |line: &str| {
            relock::MARKERS
                .iter()
                .any(|marker| line.starts_with(marker))
        };
        let mut start = 0;
        let marker = source.text.split_inclusive('\n').find_map(|line| {
            let at = start;
            start += line.len();
            is_marker(line).then_some(at)
        });
        let (message, at) = match marker {
            Some(at) => (
                "the lock holds git's conflict markers: two branches each added a revision",
                at,
            ),
            None => (
                "the lock holds both sides of a conflict: two branches each added a revision",
                problem.span.start,
            ),
        };
        return Finding::new(Code::LockUnreadable, message)
            .label(Label::new(source, line_around(&source.text, at), ""))
            .help("`cargo migcheck lock` writes it anew from both sides; `merge` and `rebase` do so too");
    }
    let label = Label::new(source, problem.span, "");
    let message = format!("the lock cannot be read: {}", problem.message);
    let finding = Finding::new(Code::LockUnreadable, message).label(label);
    match problem.help {
        Some(help) => finding.help(help),
        None => finding.help("restore it from version control; or delete it, and `cargo migcheck lock` records everything as it stands"),
    }
}

/// The line that byte `at` is on.
fn line_around(text: &str, at: usize) -> Range<usize> {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let start = before.rfind('\n').map_or(0, |line_feed| line_feed + 1);
    start..before.len() + after.find('\n').unwrap_or(after.len())
}

/// Where each revision is recorded, by the value of its `id`.
pub(crate) fn places(text: &str) -> BTreeMap<&str, Range<usize>> {
    let mut start = 0;
    let mut places = BTreeMap::new();
    for line in text.split_inclusive('\n') {
        if let Some(id) = line.trim_end().strip_prefix("id = ") {
            places.insert(id, start..start + line.trim_end().len());
        }
        start += line.len();
    }
    places
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let sum = Checksum::of_script("x");
        let lock = Lock {
            heads: vec!["b\"1".to_owned(), "\\ \n\u{7f}".to_owned()],
            revisions: vec![
                LockedRevision {
                    id: "a".to_owned(),
                    revises: Vec::new(),
                    up: BTreeMap::from([(None, sum)]),
                    down: BTreeMap::new(),
                    chain: sum,
                },
                LockedRevision {
                    id: "b\"1".to_owned(),
                    revises: vec!["a".to_owned()],
                    up: BTreeMap::from([(None, sum), (Some(Dialect::MySql), sum)]),
                    down: BTreeMap::from([(Some(Dialect::Sqlite), sum)]),
                    chain: sum,
                },
            ],
        };
        assert_eq!(Lock::read(&lock.to_text()), Ok(lock));
    }

    #[test]
    fn a_lock_of_another_kind_is_refused() {
        for text in [
            "",
            "version = 2\nheads = []",
            "version = 1\nheads = []\nextra = 1",
            "<<<<<<< HEAD\n",
        ] {
            assert!(Lock::read(text).is_err(), "{text}");
        }
    }
}
