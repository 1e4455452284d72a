//! One run of a [`Migrator`] on one session.

#[cfg(feature = "backup")]
mod precaution;
mod ready;

use std::time::Instant;

use migcheck_core::{Dialect, Direction, Plan, Revision, RevisionGraph, Script, Step, Target};

use crate::advice::{CANNOT_READ, CANNOT_WRITE};
use crate::engine::Engine;
use crate::engines::engine;
use crate::event::RunEvent;
use crate::foreign::{self, is_explicit, is_target};
use crate::history::{Entry, HistoryRow, HistoryTable, Path};
use crate::lock::Lock;
use crate::migrate_error::{MigrateError, refused};
use crate::migrator::{Migrator, Report, Settings, StepReport};
use crate::session::Session;
use crate::standing::Standing;
use crate::step::{Job, run_job};
use crate::stored;
use crate::unsent::Unsent;

/// One run on one session.
pub(crate) struct Run<'a> {
    pub(crate) graph: &'a RevisionGraph,
    pub(crate) settings: &'a Settings,
    pub(crate) session: &'a mut dyn Session,
    pub(crate) engine: &'static dyn Engine,
    pub(crate) table: HistoryTable,
    /// Where names without a schema led when the session came, if that is known.
    path: Option<Path>,
    /// The end of a script that goes with what is sent next.
    unsent: Unsent,
}

/// What a run has to do, from where the database stands.
struct Planned {
    standing: Standing,
    plan: Plan,
    /// What has to go down first and is not in the directory.
    foreign: Vec<HistoryRow>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        migrator: &'a Migrator,
        session: &'a mut dyn Session,
    ) -> Result<Self, MigrateError> {
        let dialect = session.dialect();
        let engine = engine(dialect).ok_or(MigrateError::NoEngine(dialect))?;
        let schema = migrator.settings.history_schema.clone();
        Ok(Self {
            graph: &migrator.graph,
            settings: &migrator.settings,
            session,
            engine,
            path: None,
            unsent: Unsent::default(),
            table: HistoryTable {
                engine,
                schema: match dialect {
                    Dialect::Postgres => schema,
                    Dialect::MySql => None,
                    // An attached database may have one as well.
                    Dialect::Sqlite => Some("main".to_owned()),
                },
                name: migrator.graph.settings().history_table.clone(),
            },
        })
    }

    /// Reads where the database stands.
    pub(crate) async fn standing(&mut self) -> Result<Standing, MigrateError> {
        let history = self.table.read(&mut *self.session).await;
        let history = match history {
            Ok(history) => history,
            Err(error) => {
                // The rights on another schema's table are not what is missing.
                if let Ok(Some(path)) = self.table.path(&mut *self.session).await {
                    path.check()?;
                }
                let error = refused(CANNOT_READ)(error);
                return Err(self.advised(error).await);
            }
        };
        if let Some(path) = history.as_ref().and_then(|history| history.path.as_ref()) {
            path.check()?;
            self.path.get_or_insert_with(|| path.clone());
        }
        Ok(Standing::new(self.graph, self.session.dialect(), history))
    }

    /// The steps to `target`; a script that was begun comes first.
    pub(crate) fn plan(
        &self,
        standing: &Standing,
        target: &Target,
        direction: Direction,
    ) -> Result<Plan, MigrateError> {
        let down = direction == Direction::Down;
        if down && is_explicit(target) {
            standing.check_below(true)?;
        } else {
            standing.check(self.settings.allow_ahead)?;
            standing.check_order_for(self.graph, target)?;
        }
        let mut plan = match direction {
            Direction::Up => self.graph.plan_upgrade(&standing.applied, target)?,
            Direction::Down if is_target(standing, target) => Plan::default(),
            Direction::Down => self.graph.plan_downgrade(&standing.applied, target)?,
        };
        let id = |step: &Step| self.graph.get(step.revision).map(|known| known.id.as_str());
        standing.check_unfinished(|revision, way| {
            let planned = plan.steps.iter().any(|step| id(step) == Some(revision));
            let is_known = self.graph.position(revision).is_some();
            // Nothing is put on top of what a newer program has begun.
            way == direction && (planned || !is_known && (down || plan.steps.is_empty()))
        })?;
        let unfinished = standing.unfinished();
        if let Some(at) = unfinished.and_then(|one| self.graph.position(&one.revision)) {
            // Behind what it builds on, which may have been put before it since.
            let first = match direction {
                Direction::Up => self.graph.with_prerequisites(&[at]),
                Direction::Down => self.graph.with_dependents(&[at]),
            };
            plan.steps.sort_by_key(|step| !first[step.revision]);
        }
        Ok(plan)
    }

    /// What there is to do now. A plan that cannot be finished is an error.
    async fn planned(
        &mut self,
        target: &Target,
        direction: Direction,
    ) -> Result<Planned, MigrateError> {
        let standing = self.standing().await?;
        let plan = self.plan(&standing, target, direction)?;
        let foreign = match direction {
            Direction::Up => Vec::new(),
            Direction::Down => foreign::above(self.graph, &standing, target, &plan)?,
        };
        let dialect = self.session.dialect();
        for step in &plan.steps {
            if let Some(revision) = self.graph.get(step.revision)
                && revision.script(step.direction, dialect).is_none()
            {
                return Err(no_script(revision, step.direction, dialect));
            }
        }
        Ok(Planned {
            foreign: foreign.into_iter().cloned().collect(),
            standing,
            plan,
        })
    }

    pub(crate) async fn migrate(
        mut self,
        target: &Target,
        direction: Direction,
    ) -> Result<Report, MigrateError> {
        let way_on = match self.planned(target, direction).await {
            // A newer program that is at it holds the lock.
            Err(MigrateError::UnfinishedElsewhere(_)) => None,
            planned => {
                let planned = planned?;
                if planned.plan.steps.is_empty() && planned.foreign.is_empty() {
                    return Ok(self.report(Vec::new(), &planned.standing.applied));
                }
                let is_relative = target.is_relative();
                is_relative.then(|| self.way_on(&planned, direction))
            }
        };
        let lock = self.lock().await?;
        let ran = self.migrate_locked(&lock, target, direction).await;
        if matches!(ran, Err(MigrateError::LeaseLost)) {
            // The history is written by who has it now.
            self.unsent = Unsent::default();
        }
        let flushed = self.unsent.flush(self.session, &self.table).await;
        let ran = ran.and_then(|report| match flushed {
            Ok(()) => Ok(report),
            Err(error) => Err(refused(CANNOT_WRITE)(error)),
        });
        let ended = self.unlock(&lock, ran).await;
        match way_on {
            Some(way_on) => ended.map_err(|error| error.aimed(&way_on)),
            None => ended,
        }
    }

    /// How to go on with a plan whose target counts from where the database was.
    fn way_on(&self, planned: &Planned, direction: Direction) -> String {
        let mut applied = planned.standing.applied.clone();
        for step in &planned.plan.steps {
            applied[step.revision] = step.direction == Direction::Up;
        }
        let goal = match &*self.graph.ids(&self.graph.current(&applied)) {
            [] => "base".to_owned(),
            [one] => one.clone(),
            several => several.join(", "),
        };
        let verb = match direction {
            Direction::Up => "upgrade",
            Direction::Down => "downgrade",
        };
        format!(
            "run `{verb} {goal}`, which goes on where it stopped: it was to lead there, and what you asked for would count from here"
        )
    }

    /// What was planned before the lock was held may have been done by its last holder, so that
    /// it is planned again.
    async fn migrate_locked(
        &mut self,
        lock: &Lock,
        target: &Target,
        direction: Direction,
    ) -> Result<Report, MigrateError> {
        #[cfg(feature = "backup")]
        self.back_up_first(lock, target, direction).await?;
        self.ensure_history(lock, direction == Direction::Up)
            .await?;
        let Planned {
            standing,
            plan,
            foreign,
        } = self.planned(target, direction).await?;
        let mut applied = standing.applied.clone();
        let mut steps = Vec::with_capacity(foreign.len() + plan.steps.len());
        for row in &foreign {
            steps.extend(self.step_foreign(lock, row).await?);
        }
        for step in plan.steps {
            let Some(revision) = self.graph.get(step.revision) else {
                continue;
            };
            let report = self.step(lock, &standing, step, revision).await?;
            applied[step.revision] = step.direction == Direction::Up;
            steps.extend(report);
        }
        Ok(self.report(steps, &applied))
    }

    /// Takes a revision down that is not in the directory.
    async fn step_foreign(
        &mut self,
        lock: &Lock,
        row: &HistoryRow,
    ) -> Result<Option<StepReport>, MigrateError> {
        let text = self.table.down_script(self.session, &row.revision).await;
        let text = text.map_err(refused("the history table cannot be read"))?;
        let Some(text) = text else {
            return Err(MigrateError::NoStoredScript(row.revision.clone()));
        };
        let script = stored::script(&self.table.name, &row.revision, text);
        self.run_step(lock, &script, &Entry::of_row(row), Some(row))
            .await
    }

    async fn step(
        &mut self,
        lock: &Lock,
        standing: &Standing,
        step: Step,
        revision: &Revision,
    ) -> Result<Option<StepReport>, MigrateError> {
        let dialect = self.session.dialect();
        let Some(script) = revision.script(step.direction, dialect) else {
            return Err(no_script(revision, step.direction, dialect));
        };
        let entry = self.entry(revision)?;
        self.run_step(lock, script, &entry, standing.row(&entry.revision))
            .await
    }

    async fn run_step(
        &mut self,
        lock: &Lock,
        script: &Script,
        entry: &Entry,
        row: Option<&HistoryRow>,
    ) -> Result<Option<StepReport>, MigrateError> {
        let started = Instant::now();
        let job = Job {
            table: &self.table,
            entry,
            script,
            direction: script.direction,
            begun: row.filter(|row| row.state.unfinished().is_some()),
            lock,
        };
        let ran = run_job(self.session, &job, &mut self.unsent).await?;
        let report = ran.map(|notes| StepReport {
            revision: entry.revision.clone(),
            direction: script.direction,
            took: started.elapsed(),
            notes,
        });
        if let Some(report) = &report {
            self.settings.listener.tell(RunEvent::Step(report));
        }
        Ok(report)
    }

    /// What the history table says of a revision.
    pub(crate) fn entry(&self, revision: &Revision) -> Result<Entry, MigrateError> {
        let dialect = self.session.dialect();
        let up = revision
            .script(Direction::Up, dialect)
            .ok_or_else(|| no_script(revision, Direction::Up, dialect))?;
        let down = revision.script(Direction::Down, dialect);
        Ok(Entry::new(self.graph, revision, up, down))
    }

    pub(crate) fn report(&self, steps: Vec<StepReport>, applied: &[bool]) -> Report {
        Report {
            steps,
            current: self.graph.ids(&self.graph.current(applied)),
        }
    }
}

pub(crate) fn no_script(
    revision: &Revision,
    direction: Direction,
    dialect: Dialect,
) -> MigrateError {
    MigrateError::NoScript {
        revision: revision.id.to_string(),
        direction,
        dialect,
        reason: revision.irreversible.clone(),
    }
}
