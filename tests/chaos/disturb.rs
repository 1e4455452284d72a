//! Runs that are killed, cut off and left without a server at random moments, and what the next run
//! makes of it.

use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use migcheck::db::{MigrateError, Report, Session};
use migcheck::harness::ServerSpec;
use migcheck::{Direction, RevisionGraph};

use crate::dice::Dice;
use crate::process::{Order, migrate};
use crate::scripts::{self, REVISIONS};
use crate::server::Place;
use crate::state::State;
use crate::support::{Directory, block_on};

/// What to do to how many runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) disturbances: usize,
    pub(crate) seed: u64,
    /// In the place of the lock of a session.
    pub(crate) lease: Option<Duration>,
}

/// What can happen to a run.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Disturbance {
    /// SIGKILL for the process.
    Kill,
    /// The connection ends.
    Cut,
    /// SIGKILL for the server.
    Restart,
}

/// How it went on one server.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) server: String,
    pub(crate) kills: usize,
    pub(crate) cuts: usize,
    pub(crate) restarts: usize,
    /// How many of them left a script in its middle, journalled.
    pub(crate) unfinished: usize,
    /// The statements that a run could not decide on, as it said so.
    pub(crate) undecided: Vec<String>,
    /// What was not as after a run that nothing happened to.
    pub(crate) differences: Vec<String>,
    pub(crate) took: Duration,
}

impl Tally {
    pub(crate) const HEADER: &str =
        "server         kills   cuts  restarts  unfinished  undecided  differences    time";

    fn disturbances(&self) -> usize {
        self.kills + self.cuts + self.restarts
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<13} {:>6} {:>6} {:>9} {:>11} {:>10} {:>12} {:>5} s",
            self.server,
            self.kills,
            self.cuts,
            self.restarts,
            self.unfinished,
            self.undecided.len(),
            self.differences.len(),
            self.took.as_secs()
        )
    }
}

/// The databases of a test: one that is disturbed, one that is not.
const DISTURBED: &str = "chaos";
const REFERENCE: &str = "calm";

/// So many revisions are brought up and taken down before another chain takes their place.
const DISTURBANCES_A_CHAIN: usize = 60;

/// A difference is news; ten of them are the same news.
const ENOUGH: usize = 10;

/// Disturbs runs on a server of its own.
pub(crate) fn run(spec: &ServerSpec, plan: Plan) -> Tally {
    let started = Instant::now();
    let place = Place::start(spec);
    let mut tally = Tally {
        server: spec.to_string(),
        ..Tally::default()
    };
    let mut dice = Dice::new(plan.seed);
    while tally.disturbances() < plan.disturbances && tally.differences.len() < ENOUGH {
        let upto = plan
            .disturbances
            .min(tally.disturbances() + DISTURBANCES_A_CHAIN);
        Chain::new(&place, &mut dice, plan.lease).disturb(upto, &mut tally);
    }
    tally.took = started.elapsed();
    tally
}

/// One chain of revisions, and what each of them leads to.
struct Chain<'a> {
    place: &'a Place,
    dice: &'a mut Dice,
    lease: Option<Duration>,
    directory: Directory,
    graph: RevisionGraph,
    /// By how many revisions are applied.
    states: Vec<State>,
    /// How long a process takes that has nothing to do.
    least: Duration,
    /// How long a step takes beside that.
    step: Duration,
    /// What both are multiplied by, because the machine may be faster or slower by now than when they
    /// were measured: a run that ends before it is disturbed makes it smaller, any other one larger.
    pace: f64,
    /// How many revisions are applied.
    at: usize,
}

impl<'a> Chain<'a> {
    fn new(place: &'a Place, dice: &'a mut Dice, lease: Option<Duration>) -> Self {
        let directory = scripts::write(place.dialect(), dice);
        let graph = directory.graph();
        let states = reference(place, &graph);
        let mut chain = Self {
            place,
            dice,
            lease,
            directory,
            graph,
            states,
            least: Duration::ZERO,
            step: Duration::ZERO,
            pace: 1.0,
            at: 0,
        };
        chain.measure();
        chain.begin_anew();
        chain
    }

    fn begin_anew(&mut self) {
        self.place.create(DISTURBED);
        self.at = 0;
    }

    fn measure(&mut self) {
        self.begin_anew();
        let timed = |order: Order| {
            let started = Instant::now();
            order
                .spawn()
                .end()
                .unwrap_or_else(|error| panic!("{error}"));
            started.elapsed()
        };
        let all = timed(self.order(REVISIONS));
        self.at = REVISIONS;
        self.least = timed(self.order(REVISIONS));
        let steps = u32::try_from(REVISIONS).unwrap();
        self.step = all.saturating_sub(self.least) / steps;
    }

    fn order(&self, to: usize) -> Order {
        Order {
            url: self.place.url_through_proxy(DISTURBED),
            directory: self.directory.path(""),
            direction: self.direction(to),
            target: target(to),
            lease: self.lease,
        }
    }

    fn direction(&self, to: usize) -> Direction {
        if to < self.at {
            Direction::Down
        } else {
            Direction::Up
        }
    }

    fn disturb(mut self, upto: usize, tally: &mut Tally) {
        while tally.disturbances() < upto && tally.differences.len() < ENOUGH {
            let to = match self.dice.roll(REVISIONS) {
                at if at < self.at => at,
                at => at + 1,
            };
            let order = self.order(to);
            let what = format!("{:?} from {} to {to}", order.direction, self.at);
            let mut told = vec![what];
            // Now and then the run that goes on is disturbed as well.
            loop {
                self.disturb_once(&order, tally, &mut told);
                if self.dice.roll(3) > 0 {
                    break;
                }
            }
            let mut session = self.place.connect(DISTURBED);
            tally.unfinished += usize::from(is_unfinished(&mut *session));
            if let Err(fault) = self.go_on(&mut *session, to) {
                match fault {
                    Fault::Undecided(said) => tally.undecided.push(said),
                    Fault::Other(said) => {
                        let story = told.join("; ");
                        eprintln!(
                            "{}, disturbance {}: {story}\n{said}",
                            tally.server,
                            tally.disturbances()
                        );
                        tally.differences.push(format!("{story}\n{said}"));
                    }
                }
                self.begin_anew();
            }
        }
    }

    fn disturb_once(&mut self, order: &Order, tally: &mut Tally, told: &mut Vec<String>) {
        let disturbance = match (self.place.container(), self.dice.roll(20)) {
            (None, _) | (_, 0..10) => Disturbance::Kill,
            (_, 10..18) => Disturbance::Cut,
            _ => Disturbance::Restart,
        };
        let steps = order.target.parse::<usize>().unwrap_or(0).abs_diff(self.at);
        // What comes before the first statement is the same every time.
        let shortest = self.least.mul_f64(0.6);
        let span = self.least.mul_f64(0.5) + self.step * u32::try_from(steps).unwrap();
        let share = f64::from(u32::try_from(self.dice.roll(1_000_000)).unwrap()) / 1e6;
        let delay = (shortest + span.mul_f64(share)).mul_f64(self.pace);
        let mut process = order.spawn();
        thread::sleep(delay);
        // A run that has ended cannot be disturbed, and does not count.
        let in_time = process.is_running();
        // So that about one run in ten ends too early.
        self.pace *= if in_time { 1.01 } else { 0.9 };
        match (disturbance, self.place.container()) {
            (_, None) | (Disturbance::Kill, _) => {
                process.kill();
                tally.kills += usize::from(in_time);
            }
            (Disturbance::Cut, Some(container)) => {
                container.proxy().cut();
                tally.cuts += usize::from(in_time);
            }
            (Disturbance::Restart, Some(container)) => {
                container.kill_server();
                tally.restarts += usize::from(in_time);
            }
        }
        let end = match process.end() {
            Ok(_) => "it had ended".to_owned(),
            Err(error) => error.lines().next().unwrap_or_default().to_owned(),
        };
        told.push(format!("{disturbance:?} after {delay:.1?} ({end})"));
    }

    /// The next run, to which nothing happens, has to come to what was asked for.
    fn go_on(&mut self, session: &mut dyn Session, to: usize) -> Result<(), Fault> {
        let direction = self.direction(to);
        // Now and then somebody wants to turn back first, which goes as far as nothing is half done.
        if self.dice.roll(4) == 0 {
            let back = match direction {
                Direction::Up => Direction::Down,
                Direction::Down => Direction::Up,
            };
            match self.migrate(session, back, self.at) {
                Ok(_) => self.compare(session, self.at)?,
                Err(MigrateError::Unfinished(_)) => {}
                Err(error) => return Err(Fault::of(&error)),
            }
        }
        self.migrate(session, direction, to)
            .map_err(|error| Fault::of(&error))?;
        self.compare(session, to)?;
        self.at = to;
        Ok(())
    }

    fn migrate(
        &self,
        session: &mut dyn Session,
        direction: Direction,
        to: usize,
    ) -> Result<Report, MigrateError> {
        let (graph, target) = (self.graph.clone(), target(to));
        block_on(migrate(graph, session, direction, &target, self.lease))
    }

    fn compare(&self, session: &mut dyn Session, at: usize) -> Result<(), Fault> {
        let found = State::of(session).differs_from(&self.states[at]);
        if found.is_empty() {
            Ok(())
        } else {
            Err(Fault::Other(found))
        }
    }
}

/// Whether the history says that a script was begun and not ended.
fn is_unfinished(session: &mut dyn Session) -> bool {
    let sql = "SELECT revision FROM _migcheck_revisions WHERE state <> 'applied'";
    // Where there is no history yet, nothing was begun.
    block_on(session.rows(sql, &[])).is_ok_and(|rows| !rows.is_empty())
}

enum Fault {
    Undecided(String),
    Other(String),
}

impl Fault {
    fn of(error: &MigrateError) -> Self {
        match error {
            MigrateError::Undecided(_) => Self::Undecided(error.to_string()),
            _ => Self::Other(error.to_string()),
        }
    }
}

/// What each revision leads to, on the way up and on the way down.
pub(crate) fn reference(place: &Place, graph: &RevisionGraph) -> Vec<State> {
    place.create(REFERENCE);
    let mut session = place.connect(REFERENCE);
    let mut go = |direction, to| {
        block_on(migrate(
            graph.clone(),
            &mut *session,
            direction,
            &target(to),
            None,
        ))
        .unwrap_or_else(|error| panic!("{error}"));
        State::of(&mut *session)
    };
    // The history table comes with the first run that has something to do.
    go(Direction::Up, 1);
    let mut states = vec![go(Direction::Down, 0)];
    states.extend((1..=REVISIONS).map(|to| go(Direction::Up, to)));
    for to in (0..REVISIONS).rev() {
        let back = go(Direction::Down, to);
        let found = back.differs_from(&states[to]);
        assert!(
            found.is_empty(),
            "the chain does not lead back to {to}:\n{found}"
        );
    }
    states
}

fn target(to: usize) -> String {
    match to {
        0 => "base".to_owned(),
        to => format!("{to:03}"),
    }
}
