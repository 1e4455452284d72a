//! Migrations on a live database: the verbs.

use std::sync::Arc;
use std::time::Duration;

use migcheck_core::{Direction, IntoGraph, Plan, RevisionGraph, Target};

use crate::event::{Listener, RunEvent};
use crate::history::HistoryRow;
use crate::limited::Limited;
use crate::migrate_error::MigrateError;
use crate::patient::Patient;
use crate::run::Run;
use crate::session::Session;
use crate::source::IntoSession;
use crate::standing::Standing;
use crate::status::{Resolution, Status, Unfinished};

/// Runs the revisions of one directory on databases.
///
/// ```no_run
/// # async fn start(pool: sqlx::SqlitePool, graph: migcheck_core::RevisionGraph)
/// # -> Result<(), migcheck_db::MigrateError> {
/// migcheck_db::Migrator::new(graph)?.upgrade(&pool, "head").await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Migrator {
    pub(crate) graph: Arc<RevisionGraph>,
    pub(crate) settings: Settings,
}

/// How it runs them.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) lock_timeout: Duration,
    pub(crate) allow_ahead: bool,
    pub(crate) history_schema: Option<String>,
    pub(crate) lease: Option<Duration>,
    #[cfg(feature = "backup")]
    pub(crate) backup: Option<crate::backup::BackupFirst>,
    pub(crate) statement_timeout: Option<Duration>,
    pub(crate) listener: Listener,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The steps that were run, in order.
    pub steps: Vec<StepReport>,
    /// The heads that are applied now.
    pub current: Vec<String>,
}

/// One step of a [`Report`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepReport {
    /// The revision.
    pub revision: String,
    /// Which way.
    pub direction: Direction,
    /// How long it took.
    pub took: Duration,
    /// What was done that is in no script: where a run went on with an unfinished one, and what it
    /// cleared away before.
    pub notes: Vec<String>,
}

/// How long a run waits for another one, unless told otherwise.
const LOCK_TIMEOUT: Duration = Duration::from_secs(60);

impl Migrator {
    /// A migrator for the revisions of `source`: `&MIGRATIONS`, or a graph read at run time.
    ///
    /// # Errors
    ///
    /// The embedded table was written by another version.
    pub fn new(source: impl IntoGraph) -> Result<Self, MigrateError> {
        let graph = source.into_graph()?;
        let settings = Settings {
            lock_timeout: LOCK_TIMEOUT,
            allow_ahead: false,
            history_schema: graph.settings().history_schema.clone(),
            lease: None,
            #[cfg(feature = "backup")]
            backup: None,
            statement_timeout: None,
            listener: Listener::default(),
        };
        Ok(Self { graph, settings })
    }

    /// How long to wait for another run on the same database; 60 seconds unless set.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.settings.lock_timeout = timeout;
        self
    }

    /// Whether a database may have revisions that this directory does not, as it has while an older
    /// program still runs beside a newer one. Unless set, that is an error.
    #[must_use]
    pub fn allow_ahead(mut self, allow: bool) -> Self {
        self.settings.allow_ahead = allow;
        self
    }

    /// The schema of the history table on Postgres, in the place of what `migcheck.toml` says: for
    /// tenants that have a schema each.
    #[must_use]
    pub fn history_schema(mut self, schema: impl Into<String>) -> Self {
        self.settings.history_schema = Some(schema.into());
        self
    }

    /// A lease of that length in the place of the lock of a session, for servers that have no such
    /// locks, as CockroachDB has none. After a crash the next run waits for so long. While a statement
    /// runs the lease is renewed over a second connection, which a pool or a session of
    /// [`connect`](crate::connect()) can open; on any other one the lease must last longer than the longest
    /// statement. SQLite needs none and takes none.
    #[must_use]
    pub fn lease(mut self, period: Option<Duration>) -> Self {
        self.settings.lease = period;
        self
    }

    /// Makes a backup before a run takes something away, which every downgrade does, and an upgrade
    /// with a script that [`is_destructive`](migcheck_core::is_destructive).
    ///
    /// It is made while the run holds its lock, so that no other run comes in between; where it
    /// cannot be made, nothing is run.
    #[cfg(feature = "backup")]
    #[must_use]
    pub fn backup_first(mut self, backup: crate::backup::BackupFirst) -> Self {
        self.settings.backup = Some(backup);
        self
    }

    /// How long one statement may take; unless set, as long as it likes. Some servers do not answer
    /// where a disk is full or a lock is not given back. A run that gives up leaves what a killed one
    /// leaves: its connection is of no more use, and the next run goes on where it stopped.
    #[must_use]
    pub fn statement_timeout(mut self, limit: Option<Duration>) -> Self {
        self.settings.statement_timeout = limit;
        self
    }

    /// Calls `listener` for what happens while a run is on its way: for progress, or a log.
    #[must_use]
    pub fn on_event(mut self, listener: impl Fn(RunEvent<'_>) + Send + Sync + 'static) -> Self {
        self.settings.listener = Listener::new(listener);
        self
    }

    /// The revisions.
    #[must_use]
    pub fn graph(&self) -> &RevisionGraph {
        &self.graph
    }

    /// Applies what `target` needs and is not applied yet, or goes on with what was begun.
    ///
    /// Where a revision came into the directory below what is applied, that is an error, unless `target`
    /// names it: then it is applied out of order.
    ///
    /// With nothing to do it is one round trip.
    ///
    /// # Errors
    ///
    /// See [`MigrateError`]; revisions that were finished before stay applied.
    pub async fn upgrade<'a>(
        &self,
        database: impl IntoSession<'a>,
        target: &str,
    ) -> Result<Report, MigrateError> {
        self.migrate(database, target, Direction::Up).await
    }

    /// Takes down what is above `target`, which itself stays applied.
    ///
    /// Revisions that this directory does not have are taken down with the scripts that the history
    /// table kept of them; `target` may be one of them.
    ///
    /// # Errors
    ///
    /// See [`MigrateError`]; revisions that were taken down before stay down.
    pub async fn downgrade<'a>(
        &self,
        database: impl IntoSession<'a>,
        target: &str,
    ) -> Result<Report, MigrateError> {
        self.migrate(database, target, Direction::Down).await
    }

    async fn session<'a>(
        &self,
        database: impl IntoSession<'a>,
    ) -> Result<Patient<'a>, MigrateError> {
        let mut session = database.into_session().await?;
        if let Some(limit) = self.settings.statement_timeout {
            session = Box::new(Limited::new(session, limit));
        }
        Ok(Patient::new(session, self.settings.lock_timeout))
    }

    async fn migrate<'a>(
        &self,
        database: impl IntoSession<'a>,
        target: &str,
        direction: Direction,
    ) -> Result<Report, MigrateError> {
        let target = Target::parse(target)?;
        let mut session = self.session(database).await?;
        Run::new(self, &mut session)?
            .migrate(&target, direction)
            .await
    }

    /// Where the database is. It is one query, takes no lock and is no error where something is
    /// amiss: that is what it tells.
    ///
    /// # Errors
    ///
    /// The history table cannot be read, or is in a state that migcheck does not make.
    pub async fn status<'a>(&self, database: impl IntoSession<'a>) -> Result<Status, MigrateError> {
        Ok(self.standing(database).await?.status(&self.graph))
    }

    async fn standing<'a>(&self, database: impl IntoSession<'a>) -> Result<Standing, MigrateError> {
        let mut session = self.session(database).await?;
        Run::new(self, &mut session)?.standing().await
    }

    /// The ids of the revisions that are applied and have nothing applied above them.
    ///
    /// # Errors
    ///
    /// See [`MigrateError`].
    pub async fn current<'a>(
        &self,
        database: impl IntoSession<'a>,
    ) -> Result<Vec<String>, MigrateError> {
        let standing = self.standing(database).await?;
        standing.check(self.settings.allow_ahead)?;
        Ok(standing.status(&self.graph).current)
    }

    /// The ids of the revisions that are not applied, in the order in which they would be.
    ///
    /// # Errors
    ///
    /// See [`MigrateError`].
    pub async fn pending<'a>(
        &self,
        database: impl IntoSession<'a>,
    ) -> Result<Vec<String>, MigrateError> {
        let standing = self.standing(database).await?;
        standing.check(self.settings.allow_ahead)?;
        Ok(standing.pending(&self.graph))
    }

    /// The rows of the history table, in the order in which the revisions were applied.
    ///
    /// # Errors
    ///
    /// As [`Migrator::status`].
    pub async fn history<'a>(
        &self,
        database: impl IntoSession<'a>,
    ) -> Result<Vec<HistoryRow>, MigrateError> {
        Ok(self.status(database).await?.rows)
    }

    /// The steps that [`Migrator::upgrade`] or [`Migrator::downgrade`] would take with the revisions
    /// of this directory.
    ///
    /// # Errors
    ///
    /// As these, before they begin.
    pub async fn plan<'a>(
        &self,
        database: impl IntoSession<'a>,
        target: &str,
        direction: Direction,
    ) -> Result<Plan, MigrateError> {
        let target = Target::parse(target)?;
        let mut session = self.session(database).await?;
        let mut run = Run::new(self, &mut session)?;
        let standing = run.standing().await?;
        run.plan(&standing, &target, direction)
    }

    /// That the database is at the heads, and nothing is unfinished, edited or unknown. It is one
    /// query, where there is a history.
    ///
    /// # Errors
    ///
    /// What is not so; see [`MigrateError`].
    pub async fn verify<'a>(&self, database: impl IntoSession<'a>) -> Result<(), MigrateError> {
        let mut session = self.session(database).await?;
        self.verified(&mut session).await.map(drop)
    }

    /// Where the database is, if that is what [`Migrator::verify`] asks for.
    pub(crate) async fn verified(
        &self,
        session: &mut dyn Session,
    ) -> Result<Standing, MigrateError> {
        let mut run = Run::new(self, session)?;
        let standing = run.standing().await?;
        standing.check(self.settings.allow_ahead)?;
        // A newer program may be in the middle of one of its own.
        let is_ahead = |id: &str| self.settings.allow_ahead && self.graph.position(id).is_none();
        standing.check_unfinished(|revision, _| is_ahead(revision))?;
        standing.check_order()?;
        let pending = standing.pending(&self.graph);
        if pending.is_empty() {
            return Ok(standing);
        }
        if standing.history.is_none() {
            // An upgrade would not begin.
            run.refuse_strangers().await?;
        }
        Err(MigrateError::Pending(pending))
    }

    /// Records that the database is at `target`, and runs nothing. With `purge` all that the history
    /// table says is forgotten first, whatever it is.
    ///
    /// `stamp("base")` on a database that has tables says that they are none of migcheck's.
    ///
    /// # Errors
    ///
    /// See [`MigrateError`].
    pub async fn stamp<'a>(
        &self,
        database: impl IntoSession<'a>,
        target: &str,
        purge: bool,
    ) -> Result<Report, MigrateError> {
        let target = Target::parse(target)?;
        let mut session = self.session(database).await?;
        Run::new(self, &mut session)?.stamp(&target, purge).await
    }

    /// Records that these revisions are applied, besides those that are recorded already, and runs
    /// nothing.
    ///
    /// # Errors
    ///
    /// One of them is not in the directory, or is to be applied without what it builds on; else see
    /// [`MigrateError`].
    pub async fn stamp_revisions<'a>(
        &self,
        database: impl IntoSession<'a>,
        revisions: &[impl AsRef<str>],
    ) -> Result<Report, MigrateError> {
        let ids = revisions.iter().map(|id| id.as_ref().to_owned());
        let ids: Vec<String> = ids.collect();
        let mut session = self.session(database).await?;
        Run::new(self, &mut session)?.stamp_revisions(&ids).await
    }

    /// Says what became of an unfinished script: of the statement in doubt where there is one, after
    /// which [`Migrator::upgrade`] or [`Migrator::downgrade`] goes on; else of the whole script.
    /// `revision` need not be named.
    ///
    /// Returns what was resolved, as it was before.
    ///
    /// # Errors
    ///
    /// [`MigrateError::NothingUnfinished`]; else see [`MigrateError`].
    pub async fn resolve<'a>(
        &self,
        database: impl IntoSession<'a>,
        revision: Option<&str>,
        resolution: Resolution,
    ) -> Result<Unfinished, MigrateError> {
        let mut session = self.session(database).await?;
        Run::new(self, &mut session)?
            .resolve(revision, resolution)
            .await
    }
}
