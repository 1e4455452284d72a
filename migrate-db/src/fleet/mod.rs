//! Many databases of one kind: a tenant each, a shard each, or a schema each of one Postgres.

mod list;

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use migcheck_core::Dialect;
use tokio::task::JoinSet;

pub use list::{ListError, Member, read_list};

use crate::connect::{ConnectError, ConnectOptions, connect_with};
use crate::{MigrateError, Migrator, Report};

/// How many databases are worked on at once, unless told otherwise.
const JOBS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(7);

/// Runs one [`Migrator`] on many databases, several at a time.
///
/// A database that fails keeps what was finished in it, and no further one is begun; those that are
/// being worked on are brought to their end. Run again, it goes on where it stopped: a database
/// that has everything costs a connection and one round trip.
///
/// ```no_run
/// # async fn deploy(migrator: migcheck_db::Migrator, file: &str)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// let tenants = migcheck_db::fleet::read_list(file)?;
/// let outcomes = migcheck_db::Fleet::new(migrator).upgrade(&tenants, "head").await;
/// for (tenant, outcome) in tenants.iter().zip(&outcomes) {
///     println!("{}: {outcome}", tenant.name);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Fleet {
    migrator: Migrator,
    jobs: NonZeroUsize,
    max_failures: NonZeroUsize,
    connect: ConnectOptions,
}

/// How it went with one database of a fleet.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It is where it should be. The report has no steps if it was before.
    Upgraded(Report, Duration),
    /// It stopped; what was finished before stays applied.
    Failed(Box<FleetError>),
    /// It was not begun, because others failed before its turn.
    NotBegun,
}

/// Why a database of a fleet failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FleetError {
    /// It could not be reached.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// It was reached.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// Its history would be another one's, whose revisions would count as its own.
    #[error(
        "`{other}` is the same database, and the history table in the schema `{schema}` would be one \
         for both; leave `[history] schema` out, so that each schema has its own"
    )]
    OneHistory {
        /// The name of the one before it in the list.
        other: String,
        /// The schema that the history table has.
        schema: String,
    },
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Upgraded(report, _) if report.steps.is_empty() => f.write_str("nothing to do"),
            Self::Upgraded(report, _) => write!(f, "now at {}", report.current.join(", ")),
            Self::Failed(error) => write!(f, "{error}"),
            Self::NotBegun => f.write_str("not begun"),
        }
    }
}

impl Fleet {
    /// A fleet that this migrator serves.
    #[must_use]
    pub fn new(migrator: Migrator) -> Self {
        Self {
            migrator,
            jobs: JOBS,
            max_failures: NonZeroUsize::MIN,
            connect: ConnectOptions::default(),
        }
    }

    /// How many databases are worked on at once, each on a connection of its own; 8 unless set.
    #[must_use]
    pub fn jobs(mut self, jobs: NonZeroUsize) -> Self {
        self.jobs = jobs;
        self
    }

    /// After how many failures no further database is begun; the first unless set.
    #[must_use]
    pub fn max_failures(mut self, failures: NonZeroUsize) -> Self {
        self.max_failures = failures;
        self
    }

    /// How to connect to each.
    #[must_use]
    pub fn connect_options(mut self, options: ConnectOptions) -> Self {
        self.connect = options;
        self
    }

    /// Applies to each database what `target` needs and it does not have; the outcomes are in the
    /// order of `members`.
    pub async fn upgrade(&self, members: &[Member], target: &str) -> Vec<Outcome> {
        self.upgrade_watched(members, target, |_, _| ()).await
    }

    /// The same, and tells `ended` of each database when it has ended, by its place.
    pub async fn upgrade_watched(
        &self,
        members: &[Member],
        target: &str,
        mut ended: impl FnMut(usize, &Outcome),
    ) -> Vec<Outcome> {
        let mut outcomes: Vec<Outcome> = members.iter().map(|_| Outcome::NotBegun).collect();
        let mut waiting = members.iter().enumerate();
        let mut running = JoinSet::new();
        let mut failures = 0;
        loop {
            while running.len() < self.jobs.get() && failures < self.max_failures.get() {
                let Some((place, member)) = waiting.next() else {
                    break;
                };
                let refused = self.one_history(&members[..place], member);
                let (fleet, member, target) = (self.clone(), member.clone(), target.to_owned());
                running.spawn(async move {
                    let outcome = match refused {
                        Some(error) => Outcome::Failed(Box::new(error)),
                        None => fleet.upgrade_one(&member, &target).await,
                    };
                    (place, outcome)
                });
            }
            let Some(joined) = running.join_next().await else {
                return outcomes;
            };
            let (place, outcome) = match joined {
                Ok(done) => done,
                // Nobody aborts them, so that it is a panic, which is the caller's as well.
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            };
            failures += usize::from(matches!(outcome, Outcome::Failed(_)));
            ended(place, &outcome);
            if let Some(known) = outcomes.get_mut(place) {
                *known = outcome;
            }
        }
    }

    /// That a member would find what was recorded for one before it. Only a history table with a schema
    /// of its own is the same one for every search path.
    fn one_history(&self, before: &[Member], member: &Member) -> Option<FleetError> {
        let schema = self.migrator.settings.history_schema.as_ref()?;
        if member.url.dialect() != Dialect::Postgres {
            return None;
        }
        let other = before
            .iter()
            .find(|other| other.url.is_same_database(&member.url))?;
        Some(FleetError::OneHistory {
            other: other.name.clone(),
            schema: schema.clone(),
        })
    }

    async fn upgrade_one(&self, member: &Member, target: &str) -> Outcome {
        let started = Instant::now();
        let upgraded = async {
            let mut session = connect_with(&member.url, &self.connect).await?;
            Ok(self.migrator.upgrade(&mut *session, target).await?)
        };
        match upgraded.await {
            Ok(report) => Outcome::Upgraded(report, started.elapsed()),
            Err(error) => Outcome::Failed(Box::new(error)),
        }
    }
}
