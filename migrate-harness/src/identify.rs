//! At which revision a database is that nobody recorded anything of: the one whose schema it has.

use std::collections::BTreeMap;
use std::sync::Arc;

use migcheck_core::fingerprints::Fingerprints;
use migcheck_core::pack::CorruptTable;
use migcheck_core::{Dialect, IntoGraph, RevisionGraph};
use migcheck_db::adopt::PeerTable;
use migcheck_db::snapshot::{Object, ObjectName};
use migcheck_db::{OwnSchema, Release, SchemaDiff, ServerError, Session, Snapshot, diff};

use crate::alike;
use crate::error::RoundTripError;
use crate::fingerprints::{release_of, start};
use crate::round_trip::start_options;
use crate::server::ServerSpec;
use crate::states::{Visitor, visit};

/// Finds the revision that a database is at.
#[derive(Debug, Clone)]
pub struct Identify {
    graph: Arc<RevisionGraph>,
    on: Option<ServerSpec>,
}

/// What was found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Identified {
    /// The server that the database is on: `postgres-17`.
    pub release: String,
    /// The revision, or the nearest one.
    pub place: Place,
    /// The server on which the revisions were tried; none where the recorded fingerprints say it.
    pub tried_on: Option<TriedOn>,
    /// Other tools' history tables, which were left out.
    pub peers: Vec<PeerTable>,
    /// The revisions that cannot be applied on the server they were tried on, and were not compared.
    pub missing: Vec<String>,
}

/// Where the revisions were tried.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TriedOn {
    /// The server, as it was asked for.
    pub server: String,
    /// What it is: `postgres-17`.
    pub release: String,
}

/// Where a database is among the revisions.
#[derive(Debug, Clone)]
pub enum Place {
    /// It has exactly the schema that these states have; several, where a revision changes no schema.
    At(Vec<State>),
    /// No state has this schema.
    Near {
        /// The state with the fewest objects that differ.
        state: State,
        /// How many objects that is.
        objects: usize,
        /// From what the state makes to what the database has.
        diff: Box<SchemaDiff>,
    },
}

/// Revisions that are applied together.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct State {
    /// The heads among them; none where nothing is applied.
    pub heads: Vec<String>,
    /// All of them, in topological order.
    pub revisions: Vec<String>,
}

impl State {
    fn new(graph: &RevisionGraph, tops: &[usize]) -> Self {
        let applied = graph.with_prerequisites(tops);
        let places: Vec<usize> = (0..applied.len()).filter(|at| applied[*at]).collect();
        Self {
            heads: graph.ids(&graph.current(&applied)),
            revisions: graph.ids(&places),
        }
    }
}

/// Why a database could not be identified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentifyError {
    /// The schema of the database cannot be read.
    #[error("the schema of the database cannot be read: {0}")]
    Unread(ServerError),
    /// The server that was named speaks another dialect.
    #[error("`{server}` does not speak {dialect}, as the database does")]
    WrongDialect {
        /// The server.
        server: String,
        /// The database's dialect.
        dialect: Dialect,
    },
    /// The revisions could not be tried.
    #[error(transparent)]
    Tried(#[from] RoundTripError),
}

impl Identify {
    /// Among the revisions of `source`: `&MIGRATIONS`, or a graph read at run time.
    ///
    /// # Errors
    ///
    /// The embedded table was written by another version.
    pub fn new(source: impl IntoGraph) -> Result<Self, CorruptTable> {
        Ok(Self {
            graph: source.into_graph()?,
            on: None,
        })
    }

    /// Compares with these fingerprints, in the place of those that the directory has. They come first, so
    /// that a database that is at a revision needs no other server.
    #[must_use]
    pub fn fingerprints(mut self, known: &Fingerprints) -> Self {
        let graph = Arc::unwrap_or_clone(self.graph);
        self.graph = Arc::new(graph.with_fingerprints(known));
        self
    }

    /// The server on which the revisions are tried. Without it, it is a container of the database's own
    /// product and release.
    #[must_use]
    pub fn on(mut self, server: ServerSpec) -> Self {
        self.on = Some(server);
        self
    }

    /// Looks at the database, without changing it.
    ///
    /// # Errors
    ///
    /// See [`IdentifyError`].
    pub async fn run(&self, session: &mut dyn Session) -> Result<Identified, IdentifyError> {
        let own = OwnSchema::read(session, &self.graph).await;
        let own = own.map_err(IdentifyError::Unread)?;
        let known = own.known(&self.graph);
        let states = known.iter().map(|tops| State::new(&self.graph, tops));
        let mut found = Identified {
            release: own.release.to_string(),
            place: Place::At(states.collect()),
            tried_on: None,
            peers: own.peers,
            missing: Vec::new(),
        };
        if known.is_empty() {
            let first = alike::collation(session)
                .await
                .map_err(IdentifyError::Unread)?;
            self.try_all(&mut found, &own.release, &own.schema, first)
                .await?;
        }
        Ok(found)
    }

    /// Makes every state in a database of its own.
    async fn try_all(
        &self,
        found: &mut Identified,
        release: &Release,
        schema: &Snapshot,
        first: Option<String>,
    ) -> Result<(), IdentifyError> {
        let like = || ServerSpec::like(release);
        let spec = self.on.clone().unwrap_or_else(like);
        if let Some(dialect) = schema
            .dialect()
            .filter(|dialect| *dialect != spec.dialect())
        {
            let server = spec.to_string();
            return Err(IdentifyError::WrongDialect { server, dialect });
        }
        let options = start_options(self.graph.settings())?;
        let server = start(&spec, &options).await?;
        let mut search = Search::of(&self.graph, schema);
        let visited = visit(&self.graph, &server, first.as_deref(), &mut search).await;
        let tried_on = release_of(&server).await;
        server.stop().await.map_err(RoundTripError::from)?;
        found.missing = visited?;
        found.tried_on = Some(TriedOn {
            server: spec.to_string(),
            release: tried_on?,
        });
        found.place = search.place();
        Ok(())
    }
}

/// Holds each state against one schema.
struct Search<'a> {
    graph: &'a RevisionGraph,
    schema: &'a Snapshot,
    objects: BTreeMap<&'a ObjectName, &'a Object>,
    equal: Vec<Vec<usize>>,
    nearest: Option<Nearest>,
}

struct Nearest {
    tops: Vec<usize>,
    objects: usize,
    schema: Snapshot,
}

impl<'a> Search<'a> {
    fn of(graph: &'a RevisionGraph, schema: &'a Snapshot) -> Self {
        let objects = schema.objects().map(|object| (&object.name, object));
        Self {
            graph,
            schema,
            objects: objects.collect(),
            equal: Vec::new(),
            nearest: None,
        }
    }

    /// How many objects are on one side alone, or not the same on both.
    fn distance(&self, state: &Snapshot) -> usize {
        let (mut shared, mut changed, mut gone) = (0, 0, 0);
        for object in state.objects() {
            match self.objects.get(&object.name) {
                Some(other) if other.properties() == object.properties() => shared += 1,
                Some(_) => changed += 1,
                None => gone += 1,
            }
        }
        changed + gone + (self.objects.len() - shared - changed)
    }

    fn place(self) -> Place {
        let graph = self.graph;
        match self.nearest {
            Some(nearest) if self.equal.is_empty() => Place::Near {
                state: State::new(graph, &nearest.tops),
                objects: nearest.objects,
                diff: Box::new(diff(&nearest.schema, self.schema)),
            },
            _ => {
                let states = self.equal.iter().map(|tops| State::new(graph, tops));
                Place::At(states.collect())
            }
        }
    }
}

impl Visitor for Search<'_> {
    fn begin(&mut self) {
        self.equal.clear();
        self.nearest = None;
    }

    fn see(&mut self, tops: &[usize], schema: &Snapshot) {
        let schema = schema.made_by(self.graph);
        if schema == *self.schema {
            self.equal.push(tops.to_vec());
            return;
        }
        if !self.equal.is_empty() {
            return;
        }
        let objects = self.distance(&schema);
        // Of two that are as near, the one that is further on.
        if self
            .nearest
            .as_ref()
            .is_none_or(|known| objects <= known.objects)
        {
            self.nearest = Some(Nearest {
                tops: tops.to_vec(),
                objects,
                schema,
            });
        }
    }
}
