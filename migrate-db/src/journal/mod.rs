//! Scripts that are no single transaction, and how they go on after they were interrupted.
//!
//! The history table has one row a revision. It says how many statements are done, and, of one that
//! commits by itself, what there was before it: then what there is now tells whether it took effect
//! ([`probe`]). What runs in a transaction is committed with its line. So whatever ends a run, the
//! next one goes on where it stopped ([`resume`]), or says which statement a person has to look into.

mod altered;
mod aspects;
mod effect;
mod emptied;
mod existing;
mod fresh;
mod invalid;
mod line;
mod lost;
mod mysql;
pub(crate) mod name;
mod offline;
mod probe;
mod refusal;
mod resume;
mod server_side;
mod step;
mod transactions;
mod undecided;
pub(crate) mod words;

use std::time::Instant;

use migcheck_core::Checksum;

pub(crate) use self::line::THROUGH;
pub(crate) use self::offline::journalled;
pub use self::undecided::{Doubt, Undecided};

use self::effect::Effect;
use self::invalid::Noted;
use crate::ServerError;
use crate::history::Entry;
use crate::migrate_error::MigrateError;
use crate::script::Prepared;
use crate::session::Session;
use crate::step::Job;
use crate::unsent::Unsent;

/// The fingerprint of a statement that leaves no trace.
const BLIND: &str = "-";

/// As SQL.
const BLIND_SQL: &str = "'-'";

/// The fingerprint of a statement that was refused after it may have done some of what it does.
const REFUSED: &str = "!";

/// Runs a script that is no single transaction; returns what is to be said of it.
pub(crate) async fn run_journalled(
    session: &mut dyn Session,
    job: &Job<'_>,
    prepared: &Prepared<'_>,
    unsent: &mut Unsent,
) -> Result<Vec<String>, MigrateError> {
    let mut journal = Journal::new(session, job, prepared, unsent);
    let start = match job.begun {
        Some(row) => journal.resume(row).await?,
        None => 0,
    };
    match journal.run(start).await {
        Ok(()) => Ok(journal.notes),
        Err(error) => Err(journal.failed(error).await),
    }
}

/// The checksums of the first so many statements: of none, of the first, of the first two.
fn checksums(prepared: &Prepared<'_>) -> Vec<String> {
    let mut checksums = vec![Checksum::of_parts([]).to_string()];
    for statement in &prepared.statements {
        let before = checksums.last().map_or(&b""[..], String::as_bytes);
        let next = Checksum::of_parts([before, statement.text.as_bytes()]);
        checksums.push(next.to_string());
    }
    checksums
}

/// A script on its way.
struct Journal<'a> {
    session: &'a mut dyn Session,
    /// Of the script before.
    unsent: &'a mut Unsent,
    job: &'a Job<'a>,
    /// Without its down script, which is written once, at the end.
    entry: Entry,
    prepared: &'a Prepared<'a>,
    effects: Vec<Effect>,
    /// Of the first so many statements.
    checksums: Vec<String>,
    started: Instant,
    /// Whether this run has committed the script's row, so that the next line need only change it.
    has_row: bool,
    /// The statement that it began with.
    first: usize,
    /// The statement that is run.
    at: usize,
    /// Where the script's own transaction began, if one is open.
    own: Option<usize>,
    /// Whether there is one as soon as another one ends.
    manual: bool,
    /// Where the script locked tables, while it holds them.
    locked: Option<usize>,
    /// Whether the session that is gone was given an id for a row that it inserted, and this one has
    /// not shown that it was.
    lost_id: bool,
    /// Of a statement, what is to be known of INVALID indexes.
    noted: Option<(usize, Noted)>,
    notes: Vec<String>,
}

impl<'a> Journal<'a> {
    fn new(
        session: &'a mut dyn Session,
        job: &'a Job<'a>,
        prepared: &'a Prepared<'a>,
        unsent: &'a mut Unsent,
    ) -> Self {
        let dialect = session.dialect();
        let statements = prepared.statements.iter();
        let effects = statements.map(|statement| Effect::of(statement, dialect));
        Self {
            effects: effects.collect(),
            entry: Entry {
                down: None,
                ..job.entry.clone()
            },
            session,
            unsent,
            job,
            checksums: checksums(prepared),
            prepared,
            started: Instant::now(),
            has_row: false,
            first: 0,
            at: 0,
            own: None,
            manual: false,
            locked: None,
            lost_id: false,
            noted: None,
            notes: Vec::new(),
        }
    }

    async fn run(&mut self, start: usize) -> Result<(), MigrateError> {
        self.first = start;
        for at in start..self.effects.len() {
            self.at = at;
            let effect = self.effects[at].clone();
            self.step(&effect).await?;
        }
        self.at = self.effects.len();
        self.finish().await
    }

    fn refused(&self, error: ServerError) -> MigrateError {
        self.prepared.whole(error).into()
    }
}
