//! Fifty processes that start at once: replicas of a service.

use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use migcheck::db::Session;
use migcheck::harness::ServerSpec;
use migcheck::{Dialect, Direction};

use crate::dice::Dice;
use crate::disturb::reference;
use crate::execute;
use crate::process::{Order, Process};
use crate::rows;
use crate::scripts::{self, REVISIONS};
use crate::server::Place;
use crate::state::State;
use crate::support::{Directory, block_on};

const PROCESSES: usize = 50;

/// So many of them are killed, each while it holds the lock.
const KILLED: usize = 3;

/// What has to hold, by name.
type Case = (&'static str, fn(&ServerSpec));

/// Longer than the machine keeps one of fifty processes waiting for its turn.
const LEASE: Duration = Duration::from_secs(5);

pub(crate) fn trials(spec: &ServerSpec) -> Vec<Trial> {
    let mut cases: Vec<Case> = vec![
        ("fifty_processes_at_once", fifty),
        ("fifty_processes_whose_holder_is_killed", holder_killed),
    ];
    if *spec == ServerSpec::Sqlite {
        cases.push(("fifty_processes_at_once_in_wal_mode", fifty_in_wal_mode));
    } else {
        cases.push(("fifty_processes_at_once_with_a_lease", fifty_with_a_lease));
        cases.push((
            "fifty_processes_whose_holder_of_a_lease_is_killed",
            leaseholder_killed,
        ));
    }
    let trial = |(name, run): Case| {
        let spec = spec.clone();
        Trial::test(format!("{spec}::{name}"), move || {
            run(&spec);
            Ok(())
        })
    };
    cases.into_iter().map(trial).collect()
}

/// Fifty that are connected and wait for a word.
struct Fleet {
    place: Place,
    expected: State,
    /// Read by every process when it starts.
    _directory: Directory,
    /// With what the lock's holder is called if it is theirs.
    processes: Vec<(String, Process)>,
    lease: Option<Duration>,
}

const DATABASE: &str = "many";

impl Fleet {
    /// `setting` is a statement that prepares the database.
    fn start(spec: &ServerSpec, setting: &str, lease: Option<Duration>) -> Self {
        let place = Place::start(spec);
        let directory = scripts::write(place.dialect(), &mut Dice::new(50));
        let expected = reference(&place, &directory.graph()).pop().unwrap();
        place.create(DATABASE);
        execute(&mut *place.connect(DATABASE), setting);
        let order = Order {
            url: place.url(DATABASE),
            directory: directory.path(""),
            direction: Direction::Up,
            target: "head".to_owned(),
            lease,
        };
        let mut started: Vec<Process> = (0..PROCESSES).map(|_| order.spawn_held()).collect();
        let sessions: Vec<String> = started.iter_mut().map(Process::session).collect();
        let names = sessions.into_iter().zip(&started);
        let names: Vec<String> = names
            .map(|(session, process)| match lease {
                Some(_) => process.id().to_string(),
                None => session,
            })
            .collect();
        Self {
            place,
            expected,
            _directory: directory,
            processes: names.into_iter().zip(started).collect(),
            lease,
        }
    }

    fn let_go(&mut self) {
        for (_, process) in &mut self.processes {
            process.let_go();
        }
    }

    /// None of those that are left fails; how many steps they say they took.
    fn end(&mut self) -> usize {
        let ends = self.processes.drain(..).map(|(_, process)| process.end());
        ends.map(|end| {
            let said = end.unwrap_or_else(|error| panic!("{error}"));
            said.trim().parse::<usize>().unwrap()
        })
        .sum()
    }

    fn assert_migrated(&self) {
        let mut session = self.place.connect(DATABASE);
        let found = State::of(&mut *session).differs_from(&self.expected);
        assert!(found.is_empty(), "{found}");
        // A server notices that a session has ended when it has time to.
        let started = Instant::now();
        while let Some(holder) = self.holder(&mut *session) {
            assert!(
                started.elapsed() < Duration::from_secs(5),
                "{holder} has the lock"
            );
            thread::sleep(Duration::from_millis(20));
        }
        if session.dialect() == Dialect::Sqlite {
            execute(&mut *session, "BEGIN EXCLUSIVE; COMMIT");
        }
    }

    /// What is called so that has the lock.
    fn holder(&self, session: &mut dyn Session) -> Option<String> {
        match self.lease {
            Some(_) => leaseholder(session),
            None => holder(session),
        }
    }

    /// Which of them has the lock.
    fn await_holder(&self, session: &mut dyn Session) -> Option<usize> {
        let started = Instant::now();
        // Those that were killed have their lease until it is over.
        while started.elapsed() < Duration::from_secs(2) + self.lease.unwrap_or_default() {
            if let Some(holder) = self.holder(session)
                && let Some(at) = self.processes.iter().position(|(name, _)| *name == holder)
            {
                return Some(at);
            }
        }
        None
    }
}

fn fifty(spec: &ServerSpec) {
    fifty_with(spec, "SELECT 1", None);
}

fn fifty_with_a_lease(spec: &ServerSpec) {
    fifty_with(spec, "SELECT 1", Some(LEASE));
}

/// As most services set SQLite up: a connection that is open, be it idle, is seen by the others.
fn fifty_in_wal_mode(spec: &ServerSpec) {
    fifty_with(spec, "PRAGMA journal_mode = WAL", None);
}

fn fifty_with(spec: &ServerSpec, setting: &str, lease: Option<Duration>) {
    let mut fleet = Fleet::start(spec, setting, lease);
    fleet.let_go();
    assert_eq!(fleet.end(), REVISIONS);
    fleet.assert_migrated();
}

fn holder_killed(spec: &ServerSpec) {
    holders_killed(spec, None);
}

fn leaseholder_killed(spec: &ServerSpec) {
    holders_killed(spec, Some(LEASE));
}

fn holders_killed(spec: &ServerSpec, lease: Option<Duration>) {
    let mut fleet = Fleet::start(spec, "SELECT 1", lease);
    let mut session = fleet.place.connect(DATABASE);
    let mut dice = Dice::new(50);
    fleet.let_go();
    for _ in 0..KILLED {
        thread::sleep(Duration::from_millis(u64::try_from(dice.roll(40)).unwrap()));
        let victim = match session.dialect() {
            // Nobody says who holds a file.
            Dialect::Sqlite => Some(dice.roll(fleet.processes.len())),
            Dialect::Postgres | Dialect::MySql => fleet.await_holder(&mut *session),
        };
        // Where there is none any more, all is done.
        let Some(victim) = victim else { break };
        let (_, mut process) = fleet.processes.swap_remove(victim);
        process.kill();
    }
    let steps = fleet.end();
    assert!(steps <= REVISIONS, "{steps}");
    fleet.assert_migrated();
}

/// The session that has the lock.
fn holder(session: &mut dyn Session) -> Option<String> {
    let sql = match session.dialect() {
        Dialect::Postgres => {
            "SELECT pid::text FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = \
             (SELECT oid FROM pg_database WHERE datname = current_database())"
        }
        Dialect::MySql => {
            "SELECT CAST(IS_USED_LOCK(CONCAT('migcheck_', LEFT(SHA2(CONCAT(DATABASE(), '.', \
             '_migcheck_revisions'), 256), 48))) AS CHAR)"
        }
        Dialect::Sqlite => return None,
    };
    let found = rows(session, sql).into_iter().flatten().next()?;
    (!found.is_empty()).then_some(found)
}

/// The process that has the lease, be that over or not.
fn leaseholder(session: &mut dyn Session) -> Option<String> {
    let sql = "SELECT owner FROM _migcheck_revisions_lock";
    // Its table comes with the first who wants it.
    let found = block_on(session.rows(sql, &[])).unwrap_or_default();
    let owner = found.into_iter().flatten().flatten().next()?;
    let process = owner.strip_prefix("process ")?;
    process.split(',').next().map(str::to_owned)
}
