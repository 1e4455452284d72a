//! Upgrade, downgrade and current: migrations on a live database.

use std::sync::Arc;
use std::time::{Duration, Instant};

use migcheck_core::{Direction, IntoGraph, Plan, Revision, RevisionGraph, Step, Target};

use crate::ServerError;
use crate::engine::Engine;
use crate::engines::engine;
use crate::history::{self, AppliedRevision, Record};
use crate::migrate_error::MigrateError;
use crate::script::{LOCK_POLL, Ran, Stopped, execute_patiently, is_busy, run_recorded};
use crate::session::Session;
use crate::source::IntoSession;

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
    graph: Arc<RevisionGraph>,
    lock_timeout: Duration,
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
        Ok(Self {
            graph: source.into_graph()?,
            lock_timeout: LOCK_TIMEOUT,
        })
    }

    /// How long to wait for another run on the same database; 60 seconds unless set.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    /// The revisions.
    #[must_use]
    pub fn graph(&self) -> &RevisionGraph {
        &self.graph
    }

    /// Applies what `target` needs and is not applied yet.
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

    /// The ids of the revisions that are applied and have no applied child.
    ///
    /// # Errors
    ///
    /// See [`MigrateError`].
    pub async fn current<'a>(
        &self,
        database: impl IntoSession<'a>,
    ) -> Result<Vec<String>, MigrateError> {
        let mut session = database.into_session().await?;
        let engine = engine_of(&*session)?;
        let applied = self.applied(&mut *session, engine).await?;
        Ok(self.graph.ids(&self.graph.current(&applied)))
    }

    async fn migrate<'a>(
        &self,
        database: impl IntoSession<'a>,
        target: &str,
        direction: Direction,
    ) -> Result<Report, MigrateError> {
        let target = Target::parse(target)?;
        let mut session = database.into_session().await?;
        self.run(&mut *session, &target, direction).await
    }

    async fn run(
        &self,
        session: &mut dyn Session,
        target: &Target,
        direction: Direction,
    ) -> Result<Report, MigrateError> {
        let engine = engine_of(session)?;
        let applied = self.applied(session, engine).await?;
        let plan = self.plan(&applied, target, direction)?;
        if plan.steps.is_empty() {
            return Ok(self.report(Vec::new(), &applied));
        }
        self.lock(session, engine).await?;
        let ran = self.run_locked(session, engine, target, direction).await;
        let key = &self.graph.settings().history_table;
        let unlocked = engine.unlock(session, key).await;
        let report = ran?;
        unlocked.map_err(refused("the lock could not be given back"))?;
        Ok(report)
    }

    /// What was planned before the lock was held may have been done by its last holder, so that
    /// it is planned again.
    async fn run_locked(
        &self,
        session: &mut dyn Session,
        engine: &dyn Engine,
        target: &Target,
        direction: Direction,
    ) -> Result<Report, MigrateError> {
        let table = &self.graph.settings().history_table;
        let started = Instant::now();
        let create = engine.create_history(table);
        execute_patiently(session, &create, self.lock_timeout)
            .await
            .map_err(|error| match is_busy(session.dialect(), &error) {
                true => MigrateError::Locked(started.elapsed()),
                false => refused("the history table could not be created")(error),
            })?;
        let mut applied = self.applied(session, engine).await?;
        let plan = self.plan(&applied, target, direction)?;
        self.check_scripts(&plan, session.dialect())?;
        let mut steps = Vec::with_capacity(plan.steps.len());
        for step in plan.steps {
            let Some(revision) = self.graph.get(step.revision) else {
                continue;
            };
            let started = Instant::now();
            let ran = self.step(session, step, revision).await?;
            if let Some(flag) = applied.get_mut(step.revision) {
                *flag = step.direction == Direction::Up;
            }
            if ran == Ran::Before {
                continue;
            }
            steps.push(StepReport {
                revision: revision.id.to_string(),
                direction: step.direction,
                took: started.elapsed(),
            });
        }
        Ok(self.report(steps, &applied))
    }

    async fn step(
        &self,
        session: &mut dyn Session,
        step: Step,
        revision: &Revision,
    ) -> Result<Ran, MigrateError> {
        let dialect = session.dialect();
        let script = |direction| revision.script(direction, dialect);
        let (Some(run), Some(up)) = (script(step.direction), script(Direction::Up)) else {
            return Err(no_script(revision, step.direction, dialect));
        };
        let record = Record {
            table: &self.graph.settings().history_table,
            revision,
            direction: step.direction,
            up,
            down: script(Direction::Down),
            patience: self.lock_timeout,
        };
        run_recorded(session, revision.id.as_str(), run, Some(&record))
            .await
            .map_err(|stopped| match stopped {
                Stopped::Locked(waited, _) => MigrateError::Locked(waited),
                Stopped::Script(error) => MigrateError::Script(Box::new(error)),
            })
    }

    fn plan(
        &self,
        applied: &[bool],
        target: &Target,
        direction: Direction,
    ) -> Result<Plan, MigrateError> {
        Ok(match direction {
            Direction::Up => self.graph.plan_upgrade(applied, target)?,
            Direction::Down => self.graph.plan_downgrade(applied, target)?,
        })
    }

    /// A plan that cannot be finished is not begun.
    fn check_scripts(
        &self,
        plan: &Plan,
        dialect: migcheck_core::Dialect,
    ) -> Result<(), MigrateError> {
        for step in &plan.steps {
            if let Some(revision) = self.graph.get(step.revision)
                && revision.script(step.direction, dialect).is_none()
            {
                return Err(no_script(revision, step.direction, dialect));
            }
        }
        Ok(())
    }

    /// Which revisions are applied; those that are not what they were are an error.
    async fn applied(
        &self,
        session: &mut dyn Session,
        engine: &dyn Engine,
    ) -> Result<Vec<bool>, MigrateError> {
        let table = &self.graph.settings().history_table;
        let rows = history::read(session, engine, table)
            .await
            .map_err(refused("the history table could not be read"))?
            .unwrap_or_default();
        let applied = self.graph.applied(rows.iter().map(|row| &*row.revision))?;
        let dialect = session.dialect();
        let edited: Vec<String> = rows
            .iter()
            .filter(|row| !self.is_unchanged(row, dialect))
            .map(|row| row.revision.clone())
            .collect();
        if edited.is_empty() {
            Ok(applied)
        } else {
            Err(MigrateError::Edited(edited))
        }
    }

    fn is_unchanged(&self, row: &AppliedRevision, dialect: migcheck_core::Dialect) -> bool {
        let revision = self
            .graph
            .position(&row.revision)
            .and_then(|at| self.graph.get(at));
        let script = revision.and_then(|revision| revision.script(Direction::Up, dialect));
        script.is_some_and(|script| script.checksum.to_string() == row.checksum)
    }

    async fn lock(
        &self,
        session: &mut dyn Session,
        engine: &dyn Engine,
    ) -> Result<(), MigrateError> {
        let key = &self.graph.settings().history_table;
        let started = Instant::now();
        loop {
            let locked = engine.try_lock(session, key).await;
            if locked.map_err(refused("the lock could not be taken"))? {
                return Ok(());
            }
            if started.elapsed() >= self.lock_timeout {
                return Err(MigrateError::Locked(started.elapsed()));
            }
            tokio::time::sleep(LOCK_POLL).await;
        }
    }

    fn report(&self, steps: Vec<StepReport>, applied: &[bool]) -> Report {
        Report {
            steps,
            current: self.graph.ids(&self.graph.current(applied)),
        }
    }
}

fn engine_of(session: &dyn Session) -> Result<&'static dyn Engine, MigrateError> {
    let dialect = session.dialect();
    engine(dialect).ok_or(MigrateError::NoEngine(dialect))
}

fn refused(what: &'static str) -> impl FnOnce(ServerError) -> MigrateError {
    move |server| MigrateError::Refused { what, server }
}

fn no_script(
    revision: &Revision,
    direction: Direction,
    dialect: migcheck_core::Dialect,
) -> MigrateError {
    MigrateError::NoScript {
        revision: revision.id.to_string(),
        direction,
        dialect,
        reason: revision.irreversible.clone(),
    }
}
