//! The lines of the journal: a script's row of the history table, as it goes on.

use std::time::Duration;

use migcheck_core::Direction;

use super::effect::Effect;
use super::undecided::LOOK;
use super::{Journal, REFUSED};
use crate::advice::CANNOT_WRITE;
use crate::history::{Progress, RevisionState};
use crate::migrate_error::{MigrateError, refused};
use crate::unsent::{Record, Unsent};

/// What the word begins with that says where locks end, behind which statement, with its checksum.
pub(crate) const THROUGH: &str = "through:";

/// How far a script has come: how many statements are done, and, if the next one is begun, what there was
/// before it, as SQL.
pub(super) fn progress(
    effects: &[Effect],
    checksums: &[String],
    direction: Direction,
    done: usize,
    fingerprint: Option<&str>,
    took: Duration,
) -> Progress {
    let begun = fingerprint.and_then(|_| checksums.get(done + 1));
    let mut checksum = checksums.get(done).cloned().unwrap_or_default();
    if let Some(begun) = begun {
        checksum = format!("{checksum} {begun}");
        if effects.get(done) == Some(&Effect::LockTables) {
            // Nothing is written until they are unlocked.
            let through = behind_locks(effects, done);
            let locked = checksums.get(through).map_or("", String::as_str);
            checksum = format!("{checksum} {THROUGH}{through}:{locked}");
        }
    }
    Progress {
        state: RevisionState::during(direction),
        done,
        total: checksums.len() - 1,
        fingerprint: fingerprint.map(str::to_owned),
        done_checksum: Some(checksum),
        took,
    }
}

/// Behind which statement the tables are unlocked that one locks.
pub(super) fn behind_locks(effects: &[Effect], lock: usize) -> usize {
    let mut behind = effects.iter().skip(lock + 1);
    let unlock = behind.position(|effect| *effect == Effect::UnlockTables);
    unlock.map_or(effects.len(), |unlock| lock + 1 + unlock + 1)
}

impl Journal<'_> {
    /// Writes how far the script has come: a transaction of its own, unless one is open, which then
    /// is about to be committed.
    pub(super) async fn write(&mut self, fingerprint: Option<&str>) -> Result<(), MigrateError> {
        self.job.renew(self.session).await?;
        let (table, login) = (self.job.table, self.prepared.engine.as_login());
        let held = self.job.held();
        let sql = match (login, self.job.direction) {
            ("", Direction::Up) if !self.has_row => {
                let progress = self.progress(self.at, fingerprint);
                self.unsent.with_row(table, &self.entry, &progress)
            }
            ("", _) => self.unsent.with(table, self.line(self.at, fingerprint)),
            (login, _) => format!(
                "BEGIN; {login}{held}{}; COMMIT",
                self.line(self.at, fingerprint)
            ),
        };
        let written = self.session.execute(&sql).await;
        written.map_err(refused(CANNOT_WRITE))?;
        // In the script's own transaction it could still be taken back.
        self.has_row |= self.own.is_none();
        Ok(())
    }

    /// Writes how far the script has come in its own transaction, which is about to end, if there is
    /// one.
    pub(super) async fn write_open(&mut self, done: usize) -> Result<(), MigrateError> {
        if self.own.is_none() {
            return Ok(());
        }
        self.job.renew(self.session).await?;
        let login = self.prepared.engine.as_login();
        let sql = format!("{login}{}{}", self.job.held(), self.line(done, None));
        let written = self.session.execute(&sql).await;
        written.map(drop).map_err(refused(CANNOT_WRITE))
    }

    /// How far the script has come: how many statements are done, and what there was before the next
    /// one, if that is begun.
    fn progress(&self, done: usize, fingerprint: Option<&str>) -> Progress {
        let took = self.started.elapsed();
        let (effects, checksums) = (&self.effects, &self.checksums);
        let direction = self.job.direction;
        let mut progress = progress(effects, checksums, direction, done, fingerprint, took);
        if let Some((_, noted)) = self.noted.as_ref().filter(|(of, _)| *of == done) {
            let checksum = progress.done_checksum.take().unwrap_or_default();
            progress.done_checksum = Some(format!("{checksum} {}", noted.word()));
        }
        progress
    }

    /// The statement that writes it.
    pub(super) fn line(&self, done: usize, fingerprint: Option<&str>) -> String {
        let progress = self.progress(done, fingerprint);
        match self.job.direction {
            Direction::Up if !self.has_row => self.job.table.upsert(&[(&self.entry, &progress)]),
            _ => self.job.table.update(&self.entry.revision, &progress),
        }
    }

    /// Sends the end of the script before.
    pub(super) async fn flush(&mut self) -> Result<(), MigrateError> {
        let sent = self.unsent.flush(self.session, self.job.table).await;
        sent.map_err(refused(CANNOT_WRITE))
    }

    /// Writes that the script has come to its end, or has that written with what follows.
    pub(super) async fn finish(&mut self) -> Result<(), MigrateError> {
        // A script without statements has sent nothing.
        self.flush().await?;
        if self.locked.take().is_some() {
            // Nothing else could be written to.
            let unlocked = self.session.execute("UNLOCK TABLES").await;
            unlocked.map_err(|error| self.refused(error))?;
        }
        let reset = self.prepared.ending();
        let progress = Progress::applied(self.effects.len(), self.started.elapsed());
        if self.implicit_commits() && !self.manual {
            // DDL alone sets nothing of the session.
            let sets = |effect: &Effect| !matches!(effect, Effect::Seen(_));
            let has_set = self.effects.iter().any(sets);
            *self.unsent = Unsent {
                reset: if has_set { reset } else { String::new() },
                record: Some(match self.job.direction {
                    Direction::Up => Record::Row(self.job.entry.clone(), progress),
                    Direction::Down => Record::Gone(self.entry.revision.clone()),
                }),
            };
            return Ok(());
        }
        let record = match self.job.direction {
            Direction::Up => self.job.table.upsert(&[(self.job.entry, &progress)]),
            Direction::Down => self.job.table.delete(&self.entry.revision),
        };
        // A transaction of the script's that is still open is committed with it.
        let sql = match self.manual {
            true => format!("{record}; COMMIT; {reset}"),
            false => {
                let engine = self.prepared.engine;
                let (reset, held) = (engine.reset(), self.job.held());
                format!("{reset}; {held}{record}{}", self.prepared.after())
            }
        };
        let written = self.session.execute(&sql).await;
        written.map(drop).map_err(|error| match self.manual {
            // What the script left to be committed may be what is refused.
            true => self.refused(error),
            false => refused(CANNOT_WRITE)(error),
        })
    }

    /// A statement was refused, or the journal: writes where the script stopped, if that still can
    /// be written, and returns the error.
    pub(super) async fn failed(&mut self, mut error: MigrateError) -> MigrateError {
        self.has_row = false;
        // Without an open transaction it is refused at most.
        let _ = self.session.execute("ROLLBACK").await;
        if self.locked.is_some() {
            let _ = self.session.execute("UNLOCK TABLES").await;
        }
        // What was rolled back is to be run again; what ran under locks is not.
        let recorded = self.recorded().await;
        let done = match (self.own, &recorded) {
            (Some(own), None) => own.min(self.at),
            // What its transaction had done was committed by the statement, before it was refused.
            _ => self.at,
        };
        // They are found by the script's own search path.
        let left = self.leftovers(done).await;
        self.prepared.restore(self.session).await;
        let is_clean = left.as_ref().is_ok_and(Vec::is_empty);
        if let (MigrateError::Script(script), Ok(left), false) = (&mut error, &left, is_clean) {
            let names: Vec<&str> = left.iter().map(|index| &*index.name).collect();
            script.server.notes.push(format!(
                "it left the INVALID index {}; the next run drops it before it tries again",
                names.join(", ")
            ));
        }
        let is_half_done = match recorded.flatten() {
            Some(fingerprint) => self.is_half_done(&error, &fingerprint).await,
            None => false,
        };
        if let (MigrateError::Script(script), true) = (&mut error, is_half_done) {
            let notes = &mut script.server.notes;
            notes.push("it is not known how much of this statement was done".to_owned());
            notes.push(LOOK.to_owned());
        }
        let nothing = self.effects[..done].iter().all(Effect::passes) && is_clean;
        let line = match (nothing, self.job.direction) {
            _ if is_half_done => self.line(done, Some(&format!("'{REFUSED}'"))),
            (false, _) => self.line(done, None),
            (true, Direction::Up) => self.job.table.delete(&self.job.entry.revision),
            (true, Direction::Down) => format!(
                "UPDATE {} SET state = 'applied', statements_done = 0, fingerprint = NULL, \
                 done_checksum = NULL WHERE {}",
                self.job.table.sql(),
                self.job.table.is(&self.job.entry.revision)
            ),
        };
        // Who has lost the lease, or the lock, leaves the row to who has it now.
        if self.job.renew(self.session).await.is_ok() {
            let line = format!("{}{line}", self.job.held());
            let _ = self.session.execute(&line).await;
        }
        error
    }
}
