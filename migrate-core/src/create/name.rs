//! Ids of new revisions, and how file names write them.

use super::{CreateError, Wanted};
use crate::clock::Stamp;
use crate::config::Config;
use crate::graph::RevisionGraph;
use crate::naming::NameParts;

/// An id, and how file names write it.
pub(super) struct Name {
    pub(super) id: String,
    pub(super) file: String,
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
