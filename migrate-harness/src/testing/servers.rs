//! The servers of a test process: each started once, when the first test needs it, with one
//! database a state of the migrations that the tests' own are copied from.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use migcheck_core::{Checksum, Dialect, RevisionGraph};
use migcheck_db::{DatabaseUrl, Session, connect};

use super::error::SetupError;
use super::keeper::Keeper;
use super::{migrate, runtime};
use crate::scratch::Scratch;
use crate::server::{Server, ServerSpec, StartOptions, Template};

/// A value that the first thread makes while the others wait for it.
type Once<T> = Arc<OnceLock<Result<Arc<T>, Arc<SetupError>>>>;

/// A server that the tests of this process share.
pub(super) struct Shared {
    spec: ServerSpec,
    server: Server,
    /// Who takes it down; `None` where there is nothing to take down.
    keeper: Option<Keeper>,
    templates: Mutex<BTreeMap<State, Once<Option<Template>>>>,
}

/// What a database is like: the history, the name of its table, and how far it is applied.
type State = (Checksum, String, String);

static SERVERS: Mutex<BTreeMap<String, Once<Shared>>> = Mutex::new(BTreeMap::new());

/// The server of `spec`, started if it is not yet there.
pub(super) fn shared(
    spec: &ServerSpec,
    options: &StartOptions,
    test: &str,
) -> Result<Arc<Shared>, Arc<SetupError>> {
    let key = format!("{} {:?}", written(spec), options.images);
    once(&SERVERS, key, || Shared::start(spec, options, test))
}

fn once<K: Ord, T>(
    all: &Mutex<BTreeMap<K, Once<T>>>,
    key: K,
    make: impl FnOnce() -> Result<T, SetupError>,
) -> Result<Arc<T>, Arc<SetupError>> {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    let one = Arc::clone(all.entry(key).or_default());
    drop(all);
    one.get_or_init(|| make().map(Arc::new).map_err(Arc::new))
        .clone()
}

/// The spec as it is parsed, password and all.
pub(super) fn written(spec: &ServerSpec) -> String {
    match spec {
        ServerSpec::Url(url) => url.reveal(),
        other => other.to_string(),
    }
}

impl Shared {
    fn start(spec: &ServerSpec, options: &StartOptions, test: &str) -> Result<Self, SetupError> {
        let is_copied_from = spec.dialect() == Dialect::Postgres;
        let (server, keeper) = match spec {
            // Neither a process nor a database stays when the tests are over.
            ServerSpec::Url(_) if !is_copied_from => {
                let start = Server::start(spec, options);
                let cannot = |error| SetupError::Start {
                    server: spec.to_string(),
                    cause: format!("{error}"),
                };
                (runtime()?.block_on(start).map_err(cannot)?, None)
            }
            ServerSpec::Sqlite => (Server::files(), None),
            _ => {
                let (keeper, admin, container) = Keeper::start(spec, options, test)?;
                let server = Server::kept_elsewhere(spec, admin, container);
                (server, Some(keeper))
            }
        };
        Ok(Self {
            spec: spec.clone(),
            server,
            keeper,
            templates: Mutex::default(),
        })
    }

    /// A database of its own for a test, with the migrations applied up to `at`.
    pub(super) fn database(
        &self,
        graph: &Arc<RevisionGraph>,
        at: &str,
    ) -> Result<Scratch, Arc<SetupError>> {
        let table = graph.settings().history_table.clone();
        let state = (graph.chain(), table, at.to_owned());
        let template = once(&self.templates, state, || self.template(graph, at))?;
        let fresh = async {
            if let Some(template) = &*template
                && let Some(copy) = self.server.scratch_of(template).await?
            {
                return Ok(copy);
            }
            let scratch = self.server.scratch().await?;
            let mut session = scratch.connect().await?;
            migrate(graph, at, &mut *session).await?;
            Ok(scratch)
        };
        let runtime = runtime().map_err(SetupError::from)?;
        runtime.block_on(fresh).map_err(Arc::new)
    }

    /// What databases of this state are copied from; `None` where the server cannot copy.
    fn template(
        &self,
        graph: &Arc<RevisionGraph>,
        at: &str,
    ) -> Result<Option<Template>, SetupError> {
        let make = async {
            match (self.spec.dialect(), &self.keeper) {
                (Dialect::Postgres, Some(keeper)) => {
                    let url = keeper.database()?;
                    let mut session = connect(&url).await?;
                    migrate(graph, at, &mut *session).await?;
                    Ok(url.database().map(|name| Template {
                        name: name.into_owned(),
                        content: Vec::new(),
                    }))
                }
                (Dialect::Sqlite, _) => {
                    let scratch = self.server.scratch().await?;
                    let mut session = scratch.connect().await?;
                    migrate(graph, at, &mut *session).await?;
                    into_one_file(&mut *session).await?;
                    let content = scratch.content()?;
                    drop(session);
                    let name = scratch.name().to_owned();
                    scratch.remove().await?;
                    Ok(Some(Template { name, content }))
                }
                _ => Ok(None),
            }
        };
        runtime()?.block_on(make)
    }

    /// Keeps the database for somebody to look at, and says how.
    pub(super) fn keep(&self, database: Scratch) -> String {
        let url = database.url().clone();
        let name = database.name().to_owned();
        let kept = format!("MIGCHECK_KEEP: the database of this test is {url}");
        let Some(container) = self.server.container() else {
            if matches!(self.spec, ServerSpec::Sqlite | ServerSpec::Url(_)) {
                database.keep();
                return match self.spec {
                    ServerSpec::Sqlite => format!("{kept}\n  its file is yours to remove"),
                    _ => format!("{kept}\n  DROP DATABASE {name};    removes it"),
                };
            }
            return format!(
                "MIGCHECK_KEEP: a database of `{}` ends with the tests; run on a container or a URL",
                self.spec
            );
        };
        if let Some(keeper) = &self.keeper
            && let Err(error) = keeper.keep()
        {
            return format!("MIGCHECK_KEEP: {error}");
        }
        database.keep();
        let client = client(&url, &name);
        format!(
            "{kept}\n  docker exec -it {container} {client}    looks into it\n  docker rm -f {container}    removes its server"
        )
    }
}

/// The client in a container of an official image, which has the password in its environment.
fn client(url: &DatabaseUrl, name: &str) -> String {
    match url.dialect() {
        Dialect::Postgres => format!("psql -U postgres {name}"),
        _ => format!(
            "sh -c 'exec $(command -v mysql || command -v mariadb) -uroot -p\"$MYSQL_ROOT_PASSWORD$MARIADB_ROOT_PASSWORD\" {name}'"
        ),
    }
}

/// A migration may have switched to a write-ahead log, a file beside the database's own.
async fn into_one_file(session: &mut dyn Session) -> Result<(), SetupError> {
    let checkpoint = session.rows("PRAGMA wal_checkpoint(TRUNCATE)", &[]).await;
    checkpoint
        .map(|_| ())
        .map_err(|error| SetupError::System(std::io::Error::other(error.to_string())))
}
