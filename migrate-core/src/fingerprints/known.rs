//! The fingerprints that hold for the revisions as they are, in the form in which a binary has them.

use std::borrow::Cow;

use super::{Fingerprints, States};
use crate::{Checksum, Dialect, RevisionGraph};

/// The schemas that the revisions of a graph make on each server, as fingerprints.
///
/// They belong to the graph that [`RevisionGraph::schemas`] has them of: states are places in it. What
/// was made by other scripts is not among them. They are read in place: a program that never asks
/// for them pays nothing.
#[derive(Debug, Clone, Default)]
pub struct KnownSchemas {
    /// By name, sorted. A state is the number of its tops, their places, and the schema.
    servers: Vec<(Cow<'static, str>, Cow<'static, [u8]>)>,
}

impl KnownSchemas {
    /// What `fingerprints` say of the revisions as they are.
    pub(crate) fn of(fingerprints: &Fingerprints, graph: &RevisionGraph) -> Self {
        let mut of_dialect = Dialect::ALL.map(|_| None);
        let servers = fingerprints.servers.iter().filter_map(|(server, all)| {
            let dialect = dialect(server)?;
            let states =
                of_dialect[dialect.index()].get_or_insert_with(|| States::new(graph, dialect));
            let mut bytes = Vec::new();
            for (name, known) in all {
                let Ok(tops) = states.current(name, known) else {
                    continue;
                };
                for number in std::iter::once(tops.len()).chain(tops) {
                    bytes.extend(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
                }
                bytes.extend(known.schema.0);
            }
            Some((Cow::Owned(server.clone()), Cow::Owned(bytes)))
        });
        Self {
            servers: servers.collect(),
        }
    }

    /// What a binary has of a server; nothing about the bytes is trusted.
    pub(crate) fn add_packed(&mut self, server: &'static str, states: &'static [u8]) {
        let packed = (Cow::Borrowed(server), Cow::Borrowed(states));
        self.servers.push(packed);
    }

    /// The servers, each with its states as a binary has them.
    pub(crate) fn packed(&self) -> impl ExactSizeIterator<Item = (&str, &[u8])> {
        self.servers
            .iter()
            .map(|(server, states)| (&**server, &**states))
    }

    /// The servers there are fingerprints of, sorted: `postgres-17`, `mysql-9.7`.
    pub fn servers(&self) -> impl Iterator<Item = &str> {
        self.packed().map(|(server, _)| server)
    }

    /// The schema that a server has in the state with these tops, in topological order (see
    /// [`tops`](super::tops)).
    #[must_use]
    pub fn schema(&self, server: &str, tops: &[usize]) -> Option<Checksum> {
        let mut states = self.states(server);
        states.find_map(|(of, schema)| (of == tops).then_some(schema))
    }

    /// The states of a server that have this schema, each as its tops, in the order of their names;
    /// several, where a revision changes no schema.
    #[must_use]
    pub fn states_of(&self, server: &str, schema: Checksum) -> Vec<Vec<usize>> {
        let states = self.states(server).filter(|(_, known)| *known == schema);
        states.map(|(tops, _)| tops).collect()
    }

    fn states(&self, server: &str) -> impl Iterator<Item = (Vec<usize>, Checksum)> {
        let found = self.packed().find(|(name, _)| *name == server);
        let mut rest = found.map_or(&[][..], |(_, states)| states);
        std::iter::from_fn(move || {
            let count = number(&mut rest)?;
            let tops = (0..count)
                .map(|_| number(&mut rest))
                .collect::<Option<_>>()?;
            let (schema, behind) = rest.split_first_chunk()?;
            rest = behind;
            Some((tops, Checksum(*schema)))
        })
    }
}

fn number(bytes: &mut &[u8]) -> Option<usize> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    usize::try_from(u32::from_le_bytes(*number)).ok()
}

/// What a server speaks: `mariadb-10.11` speaks MySQL.
pub(super) fn dialect(server: &str) -> Option<Dialect> {
    let product = server.split('-').next()?;
    Dialect::from_name(product)
}
