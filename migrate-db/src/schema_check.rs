//! The schema of a database, held against the fingerprints that came with the revisions.

use std::fmt;

use migcheck_core::fingerprints::tops;
use migcheck_core::{Dialect, RevisionGraph};

use crate::migrate_error::{MigrateError, refused};
use crate::migrator::Migrator;
use crate::own_schema::OwnSchema;
use crate::source::IntoSession;
use crate::{Release, ServerError, Session};

/// A schema that is not the one that the applied revisions make.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drifted {
    /// The server.
    pub release: Release,
    /// The heads that are applied.
    pub at: Vec<String>,
    /// The states that have this schema, each as its heads; none where nothing recorded has it.
    pub is_of: Vec<Vec<String>>,
}

/// Why fingerprints do not tell whether a schema has drifted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoFingerprint {
    /// There are none of the server.
    OfServer {
        /// The server.
        release: Release,
        /// Those there are some of: `postgres-17`.
        known: Vec<String>,
    },
    /// There are some of the server, and none of what is applied.
    OfState {
        /// The server.
        release: Release,
        /// The heads that are applied.
        at: Vec<String>,
    },
    /// Revisions are applied that the program does not have.
    Ahead(Vec<String>),
    /// The schema is another one, as it may be where text columns come out with another collation than
    /// where the fingerprints were made.
    OfCollation {
        /// The database's collation.
        database: String,
        /// That of databases that are made on the server without a word about it.
        server: String,
    },
}

/// What the schema alone says of where a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recognized {
    /// The server.
    pub release: Release,
    /// The states that have this schema, each as its heads (none where nothing is applied); several, where
    /// a revision changes no schema.
    pub at: Vec<Vec<String>>,
}

impl Migrator {
    /// What [`Migrator::verify`] says, and that the schema is the one that the revisions made where
    /// fingerprints.toml was written. It reads the whole schema, and changes nothing.
    ///
    /// It is about a whole database, and so not for tenants that share one. Returns the server whose
    /// fingerprint it has.
    ///
    /// # Errors
    ///
    /// [`MigrateError::Drifted`]; [`MigrateError::NoFingerprint`] where that cannot be told; else as
    /// [`Migrator::verify`].
    pub async fn verify_schema<'a>(
        &self,
        database: impl IntoSession<'a>,
    ) -> Result<Release, MigrateError> {
        let mut session = database.into_session().await?;
        let standing = self.verified(&mut *session).await?;
        if !standing.unknown.is_empty() {
            return Err(NoFingerprint::Ahead(standing.unknown).into());
        }
        let own = OwnSchema::read(&mut *session, &self.graph).await;
        let own = own.map_err(refused("the schema cannot be read"))?;
        let at = tops(&self.graph, &standing.applied);
        let known = self.expected(&own.release, &at)?;
        if own.fingerprint() == known {
            return Ok(own.release);
        }
        let collations = collations(&mut *session).await;
        let collations = collations.map_err(refused("the schema cannot be read"))?;
        if let Some((database, server)) = collations.filter(|(of, usual)| of != usual) {
            return Err(NoFingerprint::OfCollation { database, server }.into());
        }
        Err(MigrateError::Drifted(Box::new(Drifted {
            at: self.graph.ids(&at),
            is_of: heads(&self.graph, &own),
            release: own.release,
        })))
    }

    /// Where a database is by its schema alone, as far as fingerprints.toml knows it: nowhere, if that
    /// has no equal schema of the server. It changes nothing, and asks no history table.
    ///
    /// # Errors
    ///
    /// The schema cannot be read.
    pub async fn recognize<'a>(
        &self,
        database: impl IntoSession<'a>,
    ) -> Result<Recognized, MigrateError> {
        let mut session = database.into_session().await?;
        let own = OwnSchema::read(&mut *session, &self.graph).await;
        let own = own.map_err(refused("the schema cannot be read"))?;
        Ok(Recognized {
            at: heads(&self.graph, &own),
            release: own.release,
        })
    }

    fn expected(
        &self,
        release: &Release,
        at: &[usize],
    ) -> Result<migcheck_core::Checksum, NoFingerprint> {
        let schemas = self.graph.schemas();
        let (name, release) = (release.to_string(), release.clone());
        if !schemas.servers().any(|server| server == name) {
            let known = schemas.servers().map(str::to_owned).collect();
            return Err(NoFingerprint::OfServer { release, known });
        }
        let at_heads = || self.graph.ids(at);
        schemas
            .schema(&name, at)
            .ok_or_else(|| NoFingerprint::OfState {
                release,
                at: at_heads(),
            })
    }
}

fn heads(graph: &RevisionGraph, own: &OwnSchema) -> Vec<Vec<String>> {
    let states = own.known(graph).into_iter();
    states.map(|tops| graph.ids(&tops)).collect()
}

/// The collation of a MySQL database, and the one that a database has there by itself.
async fn collations(session: &mut dyn Session) -> Result<Option<(String, String)>, ServerError> {
    if session.dialect() != Dialect::MySql {
        return Ok(None);
    }
    let sql = "SELECT @@collation_database, @@collation_server";
    let mut values = session
        .rows(sql, &[])
        .await?
        .into_iter()
        .flatten()
        .flatten();
    Ok(values.next().zip(values.next()))
}

/// The heads of a state, in words.
fn name(heads: &[String]) -> String {
    match heads {
        [] => "base".to_owned(),
        heads => heads.join(" and "),
    }
}

impl fmt::Display for Drifted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { release, at, is_of } = self;
        write!(
            f,
            "the schema has drifted: it is not the one that {} makes on {release}",
            name(at)
        )?;
        let others: Vec<String> = is_of.iter().map(|heads| name(heads)).collect();
        if !others.is_empty() {
            write!(f, ", but that of {}", others.join(" or "))?;
        }
        f.write_str("; `cargo migcheck drift` shows what differs")
    }
}

impl fmt::Display for NoFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it cannot be told whether the schema has drifted: ")?;
        match self {
            Self::OfServer { release, known } => {
                match known.as_slice() {
                    [] => f.write_str("the revisions came without fingerprints")?,
                    known => write!(
                        f,
                        "fingerprints.toml has none of {release}, but of {}",
                        known.join(", ")
                    )?,
                }
                write!(f, "; {}", Make(release))
            }
            Self::OfState { release, at } => write!(
                f,
                "fingerprints.toml has none of {} on {release}; {}",
                name(at),
                Make(release)
            ),
            Self::Ahead(unknown) => write!(
                f,
                "revisions are applied that are not here: {}; ask the program that has them",
                unknown.join(", ")
            ),
            Self::OfCollation { database, server } => write!(
                f,
                "the database has the collation {database}, and fingerprints are made with the \
                 server's, {server}; `cargo migcheck drift` compares with a database like it"
            ),
        }
    }
}

impl std::error::Error for NoFingerprint {}

/// How to have fingerprints of a server.
struct Make<'a>(&'a Release);

impl fmt::Display for Make<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("make them with `cargo migcheck roundtrip --write-fingerprints --on ")?;
        match self.0 {
            Release {
                product: "sqlite", ..
            } => f.write_str("sqlite`"),
            Release { product, version } => write!(f, "{product}:{version}`"),
        }?;
        f.write_str(", or compare with a scratch database: `cargo migcheck drift`")
    }
}
