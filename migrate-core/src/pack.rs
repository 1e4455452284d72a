//! The form in which a binary holds its migrations: one byte table and one list of texts.
//!
//! rustc reads a byte string and a list of `include_str!` fast; an array of struct literals costs
//! ten times as much. The table is read in place: nothing is parsed, hashed or allocated.

use std::borrow::Cow;
use std::num::NonZeroUsize;
use std::sync::Arc;

use crate::finding::SourceFile;
use crate::fingerprints::KnownSchemas;
use crate::graph::{RevisionGraph, Settings};
use crate::revision::{Direction, Revision, RevisionId, Script};
use crate::{Checksum, Dialect, KnownFault, Outcome, Severity, checksum, section};

const MAGIC: &[u8; 4] = b"MGC2";

/// The migrations that `embed!` put into a binary.
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    table: &'static [u8],
    texts: &'static [&'static str],
}

/// The table is not one that this version of migcheck wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the embedded migrations cannot be read; `migcheck` and `migcheck-macros` have to be of one version"
)]
pub struct CorruptTable;

/// What a revision is called, read from the table without a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmbeddedRevision {
    /// The id.
    pub id: &'static str,
    /// What the file name says after it.
    pub slug: &'static str,
    /// The chain checksum.
    pub chain: Checksum,
}

impl Migrations {
    /// What `embed!` expands to.
    #[doc(hidden)]
    #[must_use]
    pub const fn embedded(table: &'static [u8], texts: &'static [&'static str]) -> Self {
        Self { table, texts }
    }

    /// The checksum of the heads' chains: equal when every revision and every edge is.
    ///
    /// # Errors
    ///
    /// The table was written by another version.
    pub fn chain(&self) -> Result<Checksum, CorruptTable> {
        let mut reader = self.reader()?;
        reader.checksum()
    }

    /// How many revisions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.revisions().count()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.revisions().next().is_none()
    }

    /// The revisions in topological order, read in place.
    pub fn revisions(&self) -> impl Iterator<Item = EmbeddedRevision> + use<> {
        let mut reader = self.reader().and_then(|mut reader| {
            reader.checksum()?;
            reader.settings()?;
            let count = reader.number()?;
            Ok((reader, count))
        });
        std::iter::from_fn(move || {
            let (reader, left) = reader.as_mut().ok()?;
            *left = left.checked_sub(1)?;
            let mut record = Reader {
                bytes: reader.bytes()?,
            };
            Some(EmbeddedRevision {
                chain: record.checksum().ok()?,
                id: record.text().ok()?,
                slug: record.text().ok()?,
            })
        })
    }

    /// The graph of the embedded revisions.
    ///
    /// # Errors
    ///
    /// The table was written by another version.
    pub fn graph(&self) -> Result<RevisionGraph, CorruptTable> {
        let mut reader = self.reader()?;
        reader.checksum()?;
        let settings = reader.settings()?;
        let count = reader.number()?;
        let mut revisions = Vec::with_capacity(count.min(self.table.len()));
        for at in 0..count {
            let mut record = Reader {
                bytes: reader.bytes().ok_or(CorruptTable)?,
            };
            revisions.push(record.revision(at, self.texts)?);
        }
        let fixtures = reader.number()?;
        let mut placed = Vec::with_capacity(fixtures.min(self.table.len()));
        for _ in 0..fixtures {
            placed.push((reader.number()?, reader.script(self.texts)?));
        }
        let mut schemas = KnownSchemas::default();
        for _ in 0..reader.number()? {
            schemas.add_packed(reader.text()?, reader.bytes().ok_or(CorruptTable)?);
        }
        let graph = RevisionGraph::from_ordered(revisions, settings);
        Ok(graph.with_fixtures(placed).with_schemas(schemas))
    }

    fn reader(&self) -> Result<Reader, CorruptTable> {
        let bytes = self.table.strip_prefix(MAGIC).ok_or(CorruptTable)?;
        Ok(Reader { bytes })
    }
}

/// Where the graph that a call works on comes from: `embed!`, or a directory read at run time.
pub trait IntoGraph {
    /// The graph.
    ///
    /// # Errors
    ///
    /// The embedded table was written by another version.
    fn into_graph(self) -> Result<Arc<RevisionGraph>, CorruptTable>;
}

impl IntoGraph for &Migrations {
    fn into_graph(self) -> Result<Arc<RevisionGraph>, CorruptTable> {
        self.graph().map(Arc::new)
    }
}

impl IntoGraph for RevisionGraph {
    fn into_graph(self) -> Result<Arc<RevisionGraph>, CorruptTable> {
        Ok(Arc::new(self))
    }
}

impl IntoGraph for &RevisionGraph {
    fn into_graph(self) -> Result<Arc<RevisionGraph>, CorruptTable> {
        Ok(Arc::new(self.clone()))
    }
}

impl IntoGraph for Arc<RevisionGraph> {
    fn into_graph(self) -> Result<Arc<RevisionGraph>, CorruptTable> {
        Ok(self)
    }
}

/// Writes the table of a graph, and lists the scripts' paths in the order of the texts.
#[must_use]
pub fn pack(graph: &RevisionGraph) -> (Vec<u8>, Vec<String>) {
    let mut table = Writer {
        bytes: MAGIC.to_vec(),
    };
    let mut paths = Vec::new();
    table.bytes.extend(graph.chain().0);
    table.settings(graph.settings());
    table.number(graph.len());
    for revision in graph.revisions() {
        let mut record = Writer { bytes: Vec::new() };
        record.revision(revision, &mut paths);
        table.slice(&record.bytes);
    }
    table.number(graph.fixtures().len());
    for (at, fixture) in graph.fixtures() {
        table.number(*at);
        table.script(fixture, &mut paths);
    }
    let schemas = graph.schemas().packed();
    table.number(schemas.len());
    for (server, states) in schemas {
        table.text(server);
        table.slice(states);
    }
    (table.bytes, paths)
}

struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Lengths and counts are 32 bits: a script has 16 MiB at most.
    fn number(&mut self, number: usize) {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        self.bytes.extend(number.to_le_bytes());
    }

    fn slice(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.bytes.extend(bytes);
    }

    fn text(&mut self, text: &str) {
        self.slice(text.as_bytes());
    }

    fn texts<'a>(&mut self, texts: impl ExactSizeIterator<Item = &'a String>) {
        self.number(texts.len());
        texts.for_each(|text| self.text(text));
    }

    fn numbers(&mut self, numbers: &[usize]) {
        self.number(numbers.len());
        numbers.iter().for_each(|number| self.number(*number));
    }

    fn databases(&mut self, databases: &[Dialect]) {
        let places: Vec<usize> = databases.iter().map(|one| one.index()).collect();
        self.numbers(&places);
    }

    fn known(&mut self, known: &KnownFault) {
        self.text(&known.revision);
        self.text(known.outcome.name());
        self.text(&known.reason);
        self.databases(&known.databases);
    }

    fn settings(&mut self, settings: &Settings) {
        self.text(&settings.directory);
        self.databases(&settings.databases);
        self.texts(settings.servers.iter());
        self.number(settings.images.len());
        for (server, image) in &settings.images {
            self.text(server);
            self.text(image);
        }
        self.number(settings.workers.map_or(0, NonZeroUsize::get));
        self.number(settings.column_order as usize);
        self.number(settings.rows);
        self.number(settings.seed as usize);
        self.number(settings.known.len());
        for known in &settings.known {
            self.known(known);
        }
        self.text(&settings.history_table);
        self.text(settings.history_schema.as_deref().unwrap_or_default());
    }

    fn revision(&mut self, revision: &Revision, paths: &mut Vec<String>) {
        self.bytes.extend(revision.chain.0);
        self.text(revision.id.as_str());
        self.text(&revision.slug);
        self.text(&revision.description);
        self.numbers(&revision.parents);
        self.numbers(&revision.depends_on);
        self.texts(revision.labels.iter());
        self.texts(revision.irreversible.iter().collect::<Vec<_>>().into_iter());
        self.texts(revision.touches.iter());
        self.number(revision.scripts.len());
        for script in &revision.scripts {
            self.script(script, paths);
        }
    }

    fn script(&mut self, script: &Script, paths: &mut Vec<String>) {
        let flags = usize::from(script.direction == Direction::Down)
            | usize::from(script.transaction) << 1
            | script.dialect.map_or(0, |dialect| 1 + dialect.index()) << 2;
        self.number(flags);
        self.number(paths.len());
        self.text(&script.source.path);
        self.bytes.extend(script.checksum.0);
        let section = script
            .section
            .iter()
            .flat_map(|part| [part.start, part.end]);
        self.numbers(&section.collect::<Vec<_>>());
        paths.push(script.source.path.clone());
    }
}

/// Reads what [`Writer`] wrote. Nothing about the bytes is trusted.
struct Reader {
    bytes: &'static [u8],
}

impl Reader {
    fn take(&mut self, count: usize) -> Option<&'static [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    fn number(&mut self) -> Result<usize, CorruptTable> {
        let bytes = self
            .take(4)
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(CorruptTable)?;
        usize::try_from(u32::from_le_bytes(bytes)).map_err(|_| CorruptTable)
    }

    fn bytes(&mut self) -> Option<&'static [u8]> {
        let count = self.number().ok()?;
        self.take(count)
    }

    fn text(&mut self) -> Result<&'static str, CorruptTable> {
        let bytes = self.bytes().ok_or(CorruptTable)?;
        std::str::from_utf8(bytes).map_err(|_| CorruptTable)
    }

    fn list<T>(
        &mut self,
        item: fn(&mut Self) -> Result<T, CorruptTable>,
    ) -> Result<Vec<T>, CorruptTable> {
        let count = self.number()?;
        (0..count).map(|_| item(self)).collect()
    }

    fn owned(&mut self) -> Result<String, CorruptTable> {
        self.text().map(str::to_owned)
    }

    fn checksum(&mut self) -> Result<Checksum, CorruptTable> {
        let bytes = self.take(32).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Checksum).ok_or(CorruptTable)
    }

    fn databases(&mut self) -> Result<Vec<Dialect>, CorruptTable> {
        self.list(|reader| {
            let at = reader.number()?;
            Dialect::ALL.get(at).copied().ok_or(CorruptTable)
        })
    }

    fn known(&mut self) -> Result<KnownFault, CorruptTable> {
        Ok(KnownFault {
            revision: self.owned()?,
            outcome: Outcome::from_name(self.text()?).ok_or(CorruptTable)?,
            reason: self.owned()?,
            databases: self.databases()?,
        })
    }

    fn settings(&mut self) -> Result<Settings, CorruptTable> {
        Ok(Settings {
            directory: self.owned()?,
            databases: self.databases()?,
            servers: self.list(Self::owned)?,
            images: self.list(|reader| Ok((reader.owned()?, reader.owned()?)))?,
            workers: NonZeroUsize::new(self.number()?),
            column_order: {
                let level = self.number()?;
                let levels = [Severity::Allow, Severity::Warn, Severity::Deny];
                levels.get(level).copied().ok_or(CorruptTable)?
            },
            rows: self.number()?,
            seed: u32::try_from(self.number()?).map_err(|_| CorruptTable)?,
            known: self.list(Self::known)?,
            history_table: self.owned()?,
            history_schema: Some(self.owned()?).filter(|schema| !schema.is_empty()),
        })
    }

    fn revision(
        &mut self,
        at: usize,
        texts: &'static [&'static str],
    ) -> Result<Revision, CorruptTable> {
        let chain = self.checksum()?;
        let id = RevisionId::checked(self.text()?);
        let slug = self.owned()?;
        let description = self.owned()?;
        let parents = self.list(Self::number)?;
        let depends_on = self.list(Self::number)?;
        // Edges of an ordered table point backwards; anything else is not ours.
        if parents
            .iter()
            .chain(&depends_on)
            .any(|before| *before >= at)
        {
            return Err(CorruptTable);
        }
        let labels = self.list(Self::owned)?;
        let irreversible = self.list(Self::owned)?.pop();
        let touches = self.list(Self::owned)?;
        let count = self.number()?;
        let scripts = (0..count)
            .map(|_| self.script(texts))
            .collect::<Result<_, _>>()?;
        Ok(Revision {
            id,
            slug,
            description,
            parents,
            depends_on,
            labels,
            irreversible,
            touches,
            scripts,
            chain,
        })
    }

    fn script(&mut self, texts: &'static [&'static str]) -> Result<Script, CorruptTable> {
        let flags = self.number()?;
        let text = texts.get(self.number()?).copied().ok_or(CorruptTable)?;
        let path = self.owned()?;
        let checksum = self.checksum()?;
        let section = match self.list(Self::number)?.as_slice() {
            [] => None,
            [start, end] => Some(*start..*end),
            _ => return Err(CorruptTable),
        };
        let mut text: Cow<'static, str> = checksum::canonical(text);
        if let Some(section) = &section {
            text = Cow::Owned(section::only(&text, section));
        }
        Ok(Script {
            direction: if flags & 1 == 1 {
                Direction::Down
            } else {
                Direction::Up
            },
            transaction: flags & 2 == 2,
            dialect: match flags >> 2 {
                0 => None,
                place => Some(Dialect::ALL.get(place - 1).copied().ok_or(CorruptTable)?),
            },
            source: Arc::new(SourceFile { path, text }),
            checksum,
            section,
        })
    }
}
