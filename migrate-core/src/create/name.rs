//! Ids of new revisions, and how file names write them.

use super::{CreateError, Wanted};
use crate::check::Checked;
use crate::clock::Stamp;
use crate::config::Config;
use crate::graph::RevisionGraph;
use crate::layout::Layout;
use crate::naming::NameParts;

/// An id, and how file names write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) id: String,
    pub(crate) file: String,
}

impl Name {
    fn plain(id: String) -> Self {
        Self {
            file: id.clone(),
            id,
        }
    }
}

/// How many seconds ahead a free id is looked for: as many revisions made within one second.
const SECONDS_AHEAD: u64 = 3_600;

/// The name that the template gives.
pub(super) fn native(
    config: &Config,
    graph: &RevisionGraph,
    parents: &[usize],
    wanted: &Wanted,
    stamp: &Stamp,
) -> Result<Name, CreateError> {
    let template = &config.naming.file;
    let seq = next_seq(config, graph, parents, wanted.category.as_deref())?;
    let id = |ahead: u64| {
        let mut stamp = stamp.clone();
        stamp.seconds += ahead;
        template.id(&NameParts {
            timestamp: stamp.timestamp(),
            seq: seq.clone(),
            hash: stamp.hash,
        })
    };
    let free = (0..SECONDS_AHEAD)
        .map(id)
        .find(|id| graph.position(id).is_none());
    free.map(Name::plain).ok_or_else(|| CreateError::IdTaken {
        template: template.as_str().to_owned(),
        id: id(0),
    })
}

/// The next number, written as wide as the others: of the category that is named, else of the
/// parent's, else of all.
fn next_seq(
    config: &Config,
    graph: &RevisionGraph,
    parents: &[usize],
    category: Option<&str>,
) -> Result<String, CreateError> {
    let template = &config.naming.file;
    let seq_of = |at: usize| -> Option<(u64, usize)> {
        // The template reads stems, and only the part before the slug matters here.
        let stem = format!("{}_x", graph.get(at)?.id);
        let digits = template.read(&stem)?.seq?;
        Some((digits.parse().ok()?, digits.len()))
    };
    let taken: Vec<(u64, usize)> = (0..graph.len()).filter_map(seq_of).collect();
    let width = taken.iter().map(|(_, width)| *width).max().unwrap_or(3);
    let ranges = &config.categories;
    let range = match category {
        Some(name) => Some(
            ranges
                .iter()
                .find(|(_, _, known)| known == name)
                .ok_or_else(|| CreateError::UnknownCategory(name.to_owned()))?,
        ),
        None => parents
            .iter()
            .rev()
            .find_map(|at| seq_of(*at))
            .and_then(|(seq, _)| {
                ranges
                    .iter()
                    .find(|(from, to, _)| (*from..=*to).contains(&seq))
            }),
    };
    let (from, to) = range.map_or((1, u64::MAX), |(from, to, _)| (*from, *to));
    let within = taken.iter().map(|(seq, _)| *seq);
    let last = within.filter(|seq| (from..=to).contains(seq)).max();
    let next = last.map_or(from.max(1), |last| last.saturating_add(1));
    if next > to {
        return Err(CreateError::CategoryFull {
            name: range.map(|(_, _, name)| name.clone()).unwrap_or_default(),
            last: to,
        });
    }
    Ok(format!("{next:0width$}"))
}

/// The names of revisions that move on top of `onto`, in their order: those they have, where these
/// sort after it or say nothing of an order; else new ones.
pub(crate) fn renewed(
    checked: &Checked,
    graph: &RevisionGraph,
    moving: &[usize],
    onto: usize,
    stamp: &Stamp,
) -> Vec<Name> {
    let known = graph.ids(moving);
    let kept = || known.iter().cloned().map(Name::plain).collect();
    let onto_id = graph.ids(&[onto]).concat();
    if known.iter().all(|id| order(id) > order(&onto_id)) {
        return kept();
    }
    let count = moving.len() as u64;
    let names: Option<Vec<Name>> = match checked.layout {
        Layout::Native if is_named_freely(checked, graph, moving) => None,
        Layout::Native => next_seq(&checked.config, graph, &[onto], None)
            .ok()
            .and_then(|seq| {
                (0..SECONDS_AHEAD)
                    .map(|ahead| native_from(&checked.config, &seq, count, stamp, ahead))
                    .find(|names| follows(names, graph, &onto_id))
            }),
        layout => Some(chain_from(layout, graph, count, stamp)),
    };
    names.unwrap_or_else(kept)
}

/// Whether the ids of `moving` do not stand for an order: the template or a category decides, or a
/// directive.
fn is_named_freely(checked: &Checked, graph: &RevisionGraph, moving: &[usize]) -> bool {
    let template = &checked.config.naming.file;
    let is_name = |at: &usize| {
        graph.get(*at).is_some_and(|one| {
            let stem = format!("{}_{}", one.id, one.slug);
            let path = one
                .scripts
                .first()
                .map_or("", |script| &*script.source.path);
            let file = path.rsplit('/').next().unwrap_or_default();
            file.starts_with(&stem) && template.read(&stem).is_some()
        })
    };
    !template.has_order() || !checked.config.categories.is_empty() || !moving.iter().all(is_name)
}

/// As many names as are wanted, from a number and a moment on.
fn native_from(config: &Config, seq: &str, count: u64, stamp: &Stamp, ahead: u64) -> Vec<Name> {
    let number: u64 = seq.parse().unwrap_or(0);
    let width = seq.len();
    let name = |nth: u64| {
        let mut stamp = stamp.clone();
        stamp.seconds += ahead + nth;
        Name::plain(config.naming.file.id(&NameParts {
            timestamp: stamp.timestamp(),
            seq: format!("{:0width$}", number.saturating_add(nth)),
            hash: stamp.hash,
        }))
    };
    (0..count).map(name).collect()
}

/// Whether names are free, and sort after `id` and one after the other.
fn follows(names: &[Name], graph: &RevisionGraph, id: &str) -> bool {
    let ids = || names.iter().map(|name| &*name.id);
    let before = std::iter::once(id).chain(ids());
    ids()
        .zip(before)
        .all(|(id, before)| order(id) > order(before))
        && ids().all(|id| graph.position(id).is_none())
}

/// What ids are ordered by: numbers as numbers, the rest as text.
fn order(id: &str) -> Vec<(usize, &str)> {
    let mut parts = Vec::new();
    let mut rest = id;
    while let Some(first) = rest.chars().next() {
        let is_digit = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != is_digit);
        let (part, after) = rest.split_at(end.unwrap_or(rest.len()));
        let number = part.trim_start_matches('0');
        parts.push(if is_digit {
            (number.len() + 1, number)
        } else {
            (0, part)
        });
        rest = after;
    }
    parts
}

/// The names that come next in a chain.
fn chain_from(layout: Layout, graph: &RevisionGraph, count: u64, stamp: &Stamp) -> Vec<Name> {
    let first = match layout {
        Layout::Diesel => in_diesel(graph, stamp),
        _ => in_chain(graph, stamp),
    };
    let (number, width) = (first.id.parse::<u64>().unwrap_or(0), first.id.len());
    let is_time = first.id == stamp.timestamp();
    let name = |nth: u64| {
        let mut later = stamp.clone();
        later.seconds += nth;
        match layout {
            _ if nth == 0 => first.clone(),
            Layout::Diesel if is_time => in_diesel(graph, &later),
            _ if is_time => in_chain(graph, &later),
            _ => Name::plain(format!("{:0width$}", number.saturating_add(nth))),
        }
    };
    (0..count).map(name).collect()
}

/// The id that comes last in a layout that is a chain.
pub(super) fn last_in_chain(graph: &RevisionGraph) -> Vec<String> {
    let ids = graph
        .revisions()
        .iter()
        .map(|revision| revision.id.as_str());
    let last = ids.max_by_key(|id| (id.parse::<u64>().unwrap_or(0), *id));
    last.map(str::to_owned).into_iter().collect()
}

/// The name that comes next in a chain.
pub(super) fn in_chain(graph: &RevisionGraph, stamp: &Stamp) -> Name {
    Name::plain(chain_id(graph, stamp))
}

/// sqlx counts where its users count, and takes the time elsewhere.
fn chain_id(graph: &RevisionGraph, stamp: &Stamp) -> String {
    let timestamp = stamp.timestamp();
    let last = last_in_chain(graph).pop();
    let number = last.as_deref().and_then(|last| last.parse::<u64>().ok());
    match (last, number) {
        (Some(last), Some(number)) if last.len() < timestamp.len() || last >= timestamp => {
            format!("{:0width$}", number.saturating_add(1), width = last.len())
        }
        _ => timestamp,
    }
}

/// diesel writes the time with dashes, which are no part of the version.
pub(super) fn in_diesel(graph: &RevisionGraph, stamp: &Stamp) -> Name {
    let id = chain_id(graph, stamp);
    match (id == stamp.timestamp())
        .then(|| Some((id.get(..4)?, id.get(4..6)?, id.get(6..8)?, id.get(8..)?)))
        .flatten()
    {
        Some((year, month, day, time)) => Name {
            file: format!("{year}-{month}-{day}-{time}"),
            id,
        },
        None => Name::plain(id),
    }
}

#[cfg(test)]
mod tests {
    use super::order;

    #[test]
    fn numbers_in_ids_are_compared_as_numbers() {
        for (before, after) in [
            ("9", "10"),
            ("009", "10"),
            ("20250101_9", "20250101_10"),
            ("v2", "v10"),
            ("a", "b"),
            ("0", "1"),
        ] {
            assert!(order(before) < order(after), "{before} {after}");
        }
        assert_eq!(order("007"), order("7"));
    }
}
