//! Scripts that are no single transaction, and how they go on after they were interrupted.
//!
//! The history table has one row a revision. It says how many statements are done, and, of one that
//! commits by itself, what there was before it: then what there is now tells whether it took effect
//! ([`probe`]). What runs in a transaction is committed with its line. So whatever ends a run, the
//! next one goes on where it stopped ([`resume`]), or says which statement a person has to look into.

mod effect;
mod mysql;
mod probe;
mod resume;
mod undecided;
mod words;

use std::time::Instant;

use migcheck_core::{Checksum, Dialect, Direction};

pub use self::undecided::{Doubt, Undecided};

use self::effect::Effect;
use self::probe::Probe;
use self::words::words;
use crate::ServerError;
use crate::history::{Entry, Progress, RevisionState};
use crate::migrate_error::MigrateError;
use crate::script::Prepared;
use crate::session::Session;
use crate::step::Job;

/// The fingerprint of a statement that leaves no trace.
const BLIND: &str = "-";

/// As SQL.
const BLIND_SQL: &str = "'-'";

/// Runs a script that is no single transaction; returns what is to be said of it.
pub(crate) async fn run_journalled(
    session: &mut dyn Session,
    job: &Job<'_>,
    prepared: &Prepared<'_>,
    unsent: &mut String,
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

/// Sends the end of a script that has not been sent yet.
pub(crate) async fn flush(
    session: &mut dyn Session,
    unsent: &mut String,
) -> Result<(), ServerError> {
    if unsent.is_empty() {
        return Ok(());
    }
    let sql = std::mem::take(unsent);
    session.execute(&sql).await.map(drop)
}

/// A script on its way.
struct Journal<'a> {
    session: &'a mut dyn Session,
    /// The end of the script before, which is sent with the first line of this one: each line that
    /// is committed by itself costs as much as a small statement.
    unsent: &'a mut String,
    job: &'a Job<'a>,
    /// Without its down script, which is written once, at the end.
    entry: Entry,
    prepared: &'a Prepared<'a>,
    effects: Vec<Effect>,
    /// Of the first so many statements.
    checksums: Vec<String>,
    started: Instant,
    /// The statement that is run.
    at: usize,
    /// Where the script's own transaction began, if one is open.
    own: Option<usize>,
    /// Whether there is one as soon as another one ends.
    manual: bool,
    /// Where the script locked tables, while it holds them.
    locked: Option<usize>,
    notes: Vec<String>,
}

impl<'a> Journal<'a> {
    fn new(
        session: &'a mut dyn Session,
        job: &'a Job<'a>,
        prepared: &'a Prepared<'a>,
        unsent: &'a mut String,
    ) -> Self {
        let dialect = session.dialect();
        let statements = prepared.statements.iter();
        let effects = statements
            .clone()
            .map(|statement| Effect::of(statement, dialect));
        let mut checksums = vec![Checksum::of_parts([]).to_string()];
        for statement in statements {
            let before = checksums.last().map_or(&b""[..], String::as_bytes);
            let next = Checksum::of_parts([before, statement.text.as_bytes()]);
            checksums.push(next.to_string());
        }
        Self {
            effects: effects.collect(),
            entry: Entry {
                down: None,
                ..job.entry.clone()
            },
            session,
            unsent,
            job,
            prepared,
            checksums,
            started: Instant::now(),
            at: 0,
            own: None,
            manual: false,
            locked: None,
            notes: Vec::new(),
        }
    }

    async fn run(&mut self, start: usize) -> Result<(), MigrateError> {
        for at in start..self.effects.len() {
            self.at = at;
            let effect = self.effects[at].clone();
            self.step(&effect).await?;
        }
        self.at = self.effects.len();
        self.finish().await
    }

    async fn step(&mut self, effect: &Effect) -> Result<(), MigrateError> {
        let at = self.at;
        match effect {
            Effect::UnlockTables => {
                self.execute().await?;
                self.locked = None;
                self.write(None).await
            }
            // Nothing can be written to the journal here.
            _ if self.locked.is_some() => self.execute().await,
            Effect::Session | Effect::Passing => self.execute().await,
            Effect::Begin => {
                if self.own.is_none() || self.implicit_commits() {
                    // It commits what is open.
                    self.write_open(at).await?;
                    self.execute().await?;
                    self.own = Some(at);
                    return Ok(());
                }
                self.execute().await
            }
            Effect::Commit { chain } => {
                self.write_open(at + 1).await?;
                self.execute().await?;
                self.own = (*chain || self.manual).then_some(at + 1);
                Ok(())
            }
            Effect::Rollback { chain } => {
                self.execute().await?;
                let open = *chain || self.manual;
                self.own = self.own.filter(|_| open);
                Ok(())
            }
            Effect::Autocommit(on) => {
                if *on {
                    self.write_open(at + 1).await?;
                }
                self.execute().await?;
                self.manual = !on;
                self.own = (!on).then_some(self.own.unwrap_or(at + 1));
                Ok(())
            }
            Effect::InTransaction if self.own.is_some() => self.execute().await,
            _ if self.own.is_some() && !self.implicit_commits() => self.execute().await,
            Effect::InTransaction => self.in_transaction().await,
            Effect::Again => {
                self.write_open(at).await?;
                self.execute().await?;
                self.committed();
                self.write(None).await
            }
            Effect::Seen(probe) => {
                let fingerprint = match probe.expression() {
                    Some(expression) => expression,
                    None => {
                        self.flush().await?;
                        let fingerprint = probe.fingerprint(self.session).await;
                        format!("'{}'", fingerprint.map_err(|error| self.refused(error))?)
                    }
                };
                self.write(Some(&fingerprint)).await?;
                self.execute().await?;
                self.committed();
                Ok(())
            }
            Effect::Blind => {
                self.write(Some(BLIND_SQL)).await?;
                self.execute().await?;
                self.committed();
                self.write(None).await
            }
            Effect::Called => {
                self.write(Some(BLIND_SQL)).await?;
                self.execute().await?;
                // It may have ended the script's own transaction or not.
                if self.own.is_none() {
                    self.write(None).await?;
                }
                Ok(())
            }
            Effect::LockTables => {
                self.write(Some(BLIND_SQL)).await?;
                self.execute().await?;
                self.locked = Some(at);
                Ok(())
            }
        }
    }

    /// A statement with its line of the journal.
    async fn in_transaction(&mut self) -> Result<(), MigrateError> {
        let engine = self.prepared.engine;
        if self.begin().await? {
            return Box::pin(self.step(&Effect::Called)).await;
        }
        self.own = Some(self.at);
        self.execute().await?;
        self.job.renew(self.session).await?;
        let end = format!("{}{}; COMMIT", engine.as_login(), self.line(self.at, None));
        let end = self.session.execute(&end).await;
        end.map_err(|error| match engine.is_denied(&error, self.job.table) {
            true => self.refused(error),
            // It is what is committed that has no room, or is waited for.
            false => self.prepared.uncommitted(self.at - 1, error).into(),
        })?;
        self.own = None;
        Ok(())
    }

    /// Opens a transaction; not, and true, if the statement writes to a table that knows none.
    async fn begin(&mut self) -> Result<bool, MigrateError> {
        self.flush().await?;
        let begin = self.prepared.engine.begin();
        let text = self.prepared.statements[self.at].text;
        let Some(query) = self.without_transactions(text) else {
            let begin = self.session.execute(begin).await;
            begin.map_err(|error| self.refused(error))?;
            return Ok(false);
        };
        let sql = format!("{query}; {begin}");
        let rows = self.session.rows(&sql, &[]).await;
        let outside = !rows.map_err(|error| self.refused(error))?.is_empty();
        if outside {
            let end = self.session.execute("ROLLBACK").await;
            end.map_err(|error| self.refused(error))?;
        }
        Ok(outside)
    }

    /// The query for those tables among the ones that a statement writes to.
    fn without_transactions(&self, statement: &str) -> Option<String> {
        match self.session.dialect() {
            Dialect::MySql => mysql::without_transactions(&words(statement, Dialect::MySql)),
            _ => None,
        }
    }

    async fn execute(&mut self) -> Result<(), MigrateError> {
        self.flush().await?;
        let statement = &self.prepared.statements[self.at];
        self.prepared.execute(self.session, statement).await?;
        self.at += 1;
        Ok(())
    }

    /// The statement has ended whatever transaction there was.
    fn committed(&mut self) {
        self.own = self.manual.then_some(self.at);
    }

    /// Whether DDL, and the begin of a transaction, commits what is open.
    fn implicit_commits(&self) -> bool {
        !self.prepared.engine.ddl_is_transactional()
    }

    /// Writes how far the script has come: a transaction of its own, unless one is open, which then
    /// is about to be committed.
    async fn write(&mut self, fingerprint: Option<&str>) -> Result<(), MigrateError> {
        self.job.renew(self.session).await?;
        let line = self.line(self.at, fingerprint);
        let engine = self.prepared.engine;
        let before = std::mem::take(self.unsent);
        let sql = match (engine.as_login(), &*before) {
            ("", "") => line,
            ("", before) => format!("{}; {before}; {line}; COMMIT", engine.begin()),
            (login, _) => format!("BEGIN; {login}{line}; COMMIT"),
        };
        let written = self.session.execute(&sql).await;
        written.map(drop).map_err(|error| self.refused(error))
    }

    /// Writes how far the script has come in its own transaction, which is about to end, if there is
    /// one.
    async fn write_open(&mut self, done: usize) -> Result<(), MigrateError> {
        if self.own.is_none() {
            return Ok(());
        }
        self.job.renew(self.session).await?;
        let login = self.prepared.engine.as_login();
        let sql = format!("{login}{}", self.line(done, None));
        let written = self.session.execute(&sql).await;
        written.map(drop).map_err(|error| self.refused(error))
    }

    /// The statement that writes how far the script has come: how many statements are done, and
    /// what there was before the next one, if that is begun.
    fn line(&self, done: usize, fingerprint: Option<&str>) -> String {
        let begun = fingerprint.and_then(|_| self.checksums.get(done + 1));
        let mut checksum = self.checksums[done].clone();
        if let Some(begun) = begun {
            checksum = format!("{checksum} {begun}");
        }
        let progress = Progress {
            state: RevisionState::during(self.job.direction),
            done,
            total: self.effects.len(),
            fingerprint: fingerprint.map(str::to_owned),
            done_checksum: Some(checksum),
            took: self.started.elapsed(),
        };
        match self.job.direction {
            Direction::Up => self.job.table.upsert(&self.entry, &progress),
            Direction::Down => self.job.table.update(&self.entry.revision, &progress),
        }
    }

    /// Sends the end of the script before.
    async fn flush(&mut self) -> Result<(), MigrateError> {
        let sent = flush(self.session, self.unsent).await;
        sent.map_err(|error| self.refused(error))
    }

    /// Writes that the script has come to its end, or has that written with what follows.
    async fn finish(&mut self) -> Result<(), MigrateError> {
        // A script without statements has sent nothing.
        self.flush().await?;
        let reset = self.prepared.engine.reset();
        let total = self.effects.len();
        let record = match self.job.direction {
            Direction::Up => {
                let progress = Progress::applied(total, self.started.elapsed());
                self.job.table.upsert(self.job.entry, &progress)
            }
            Direction::Down => self.job.table.delete(&self.entry.revision),
        };
        // A transaction of the script's that is still open is committed with it.
        let sql = match self.manual {
            true => format!("{record}; COMMIT; {reset}"),
            false if self.implicit_commits() => {
                // DDL alone sets nothing of the session.
                let sets = |effect: &Effect| !matches!(effect, Effect::Seen(_));
                *self.unsent = match self.effects.iter().any(sets) {
                    true => format!("{reset}; {record}"),
                    false => record,
                };
                return Ok(());
            }
            false => format!("{reset}; {record}"),
        };
        let written = self.session.execute(&sql).await;
        written.map(drop).map_err(|error| self.refused(error))
    }

    /// A statement was refused, or the journal: writes where the script stopped, if that still can
    /// be written, and returns the error.
    async fn failed(&mut self, mut error: MigrateError) -> MigrateError {
        // Without an open transaction it is refused at most.
        let _ = self.session.execute("ROLLBACK").await;
        if self.locked.is_some() {
            let _ = self.session.execute("UNLOCK TABLES").await;
        }
        let _ = self.session.execute(self.prepared.engine.reset()).await;
        // What was rolled back is to be run again; what ran under locks is not.
        let done = self.own.map_or(self.at, |own| own.min(self.at));
        let left = self.leftovers(done).await;
        if let (MigrateError::Script(script), false) = (&mut error, left.is_empty()) {
            script.server.notes.push(format!(
                "it left the INVALID index {}; the next run drops it before it tries again",
                left.join(", ")
            ));
        }
        let nothing = self.effects[..done].iter().all(Effect::passes) && left.is_empty();
        let line = match (nothing, self.job.direction) {
            (false, _) => self.line(done, None),
            (true, Direction::Up) => self.job.table.delete(&self.job.entry.revision),
            (true, Direction::Down) => format!(
                "UPDATE {} SET state = 'applied', statements_done = 0, fingerprint = NULL, \
                 done_checksum = NULL WHERE {}",
                self.job.table.sql(),
                self.job.table.is(&self.job.entry.revision)
            ),
        };
        let _ = self.session.execute(&line).await;
        error
    }

    fn refused(&self, error: ServerError) -> MigrateError {
        self.prepared.whole(error).into()
    }
}
