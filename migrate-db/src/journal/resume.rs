//! Where a script goes on that was begun before.

use migcheck_core::{Dialect, line_of};

use super::effect::Effect;
use super::invalid::Noted;
use super::line::{THROUGH, behind_locks};
use super::lost::{Lost, ends_prepared, mentions};
use super::probe::{Probe, Verdict};
use super::words::{Word, words};
use super::{BLIND, Doubt, Journal, REFUSED, Undecided};
use crate::history::HistoryRow;
use crate::migrate_error::MigrateError;

impl Journal<'_> {
    /// The statement to go on with. The session is brought to where the last one was.
    pub(super) async fn resume(&mut self, row: &HistoryRow) -> Result<usize, MigrateError> {
        self.flush().await?;
        let done = row.statements_done;
        self.check_unchanged(row)?;
        let mut lost = self.set_again(done).await?;
        let at = match &row.fingerprint {
            None => done,
            Some(fingerprint) => done + usize::from(self.took_effect(done, fingerprint).await?),
        };
        if at > done {
            self.ran(&mut lost, done, at);
        }
        self.check_session(lost, at)?;
        self.notes.push(format!(
            "went on with statement {} of {}, where it was interrupted",
            (at + 1).min(self.effects.len()),
            self.effects.len()
        ));
        let words = row.done_checksum.iter().flat_map(|text| text.split(' '));
        let noted = words.filter_map(Noted::read).next();
        self.noted = noted.map(|noted| (done, noted));
        self.drop_leftovers(at).await?;
        Ok(at)
    }

    /// What was run is what stands there now; what follows may have been mended.
    fn check_unchanged(&self, row: &HistoryRow) -> Result<(), MigrateError> {
        let recorded = row.done_checksum.as_deref().unwrap_or_default();
        // An older row says of the whole script alone what it was.
        let is_older = recorded.trim().is_empty();
        let is_shorter = row.statements_done >= self.checksums.len();
        if is_shorter || is_older && row.checksum != self.entry.checksum {
            return Err(self.rewritten(row));
        }
        let same = recorded
            .split_whitespace()
            .filter(|word| Noted::read(word).is_none() && !word.starts_with(THROUGH))
            .enumerate()
            .all(|(more, recorded)| {
                let now = self.checksums.get(row.statements_done + more);
                now.is_some_and(|now| now == recorded)
            });
        match same {
            true => Ok(()),
            false => Err(self.rewritten(row)),
        }
    }

    fn rewritten(&self, row: &HistoryRow) -> MigrateError {
        let begun = usize::from(row.fingerprint.is_some());
        let last = (row.statements_done + begun).saturating_sub(1);
        self.undecided(last, Doubt::Rewritten)
    }

    /// Whether the statement in doubt did what it does.
    async fn took_effect(&mut self, at: usize, fingerprint: &str) -> Result<bool, MigrateError> {
        if fingerprint == REFUSED {
            return Err(self.undecided(at, Doubt::Refused));
        }
        if self.effects.get(at) == Some(&Effect::LockTables) {
            return Err(self.undecided(at, Doubt::Locked));
        }
        let Some(Effect::Seen(probe)) = self.effects.get(at).cloned() else {
            return Err(self.undecided(at, Doubt::Unseen));
        };
        // An empty table can be emptied once more, whatever is known of it.
        if fingerprint == BLIND && !matches!(probe, Probe::Emptied(_)) {
            return Err(self.undecided(at, Doubt::Unseen));
        }
        let verdict = probe.verdict(self.session, fingerprint).await;
        match verdict.map_err(|error| self.refused(error))? {
            Verdict::Ran => Ok(true),
            Verdict::NotRun => Ok(false),
            Verdict::Partly => Err(self.undecided(at, Doubt::Partly)),
            Verdict::Unknown => Err(self.undecided(at, Doubt::Unseen)),
        }
    }

    /// Brings the session to where the one was that has run these; returns what cannot be brought back.
    async fn set_again(&mut self, done: usize) -> Result<Lost, MigrateError> {
        let mut lost = Lost::new(self.session.dialect());
        for at in 0..done {
            if !self.ran(&mut lost, at, done) {
                continue;
            }
            self.at = at;
            self.execute().await?;
            if let Effect::Autocommit(on) = self.effects[at] {
                self.manual = !on;
                self.own = self.manual.then_some(done);
            }
        }
        Ok(lost)
    }

    /// Whether a statement is to be run again for what it sets, of which so many have run.
    fn ran(&self, lost: &mut Lost, at: usize, done: usize) -> bool {
        let (statements, dialect) = (&self.prepared.statements, self.session.dialect());
        let of = |at: usize| words(statements[at].text, dialect);
        let line = line_of(
            &self.prepared.script().source.text,
            statements[at].span.start,
        );
        // Until it is given up, or prepared anew.
        let is_used = |name: &str| {
            let rest = (at + 1..statements.len()).map(|next| (next, of(next)));
            let mut rest = rest.take_while(|(_, words)| !ends_prepared(words, name, dialect));
            rest.any(|(next, words)| next >= done && mentions(&words, name, dialect))
        };
        lost.ran(&of(at), &self.effects[at], line, is_used)
    }

    /// What is left to do may not need what only the interrupted session had.
    fn check_session(&mut self, mut lost: Lost, at: usize) -> Result<(), MigrateError> {
        let dialect = self.session.dialect();
        let statements = &self.prepared.statements;
        let of = |at: usize| words(statements[at].text, dialect);
        self.lost_id = dialect == Dialect::MySql && (0..at).any(|before| inserts(&of(before)));
        let mut inserted = at == 0;
        for next in at..statements.len() {
            let words = of(next);
            if let Some(what) = lost.needs(&words, &self.effects[next]) {
                return Err(self.undecided(next, Doubt::SessionLost(what)));
            }
            if let (Some(what), false) = (last(&words), inserted) {
                return Err(self.undecided(next, Doubt::SessionLost(what)));
            }
            inserted |= inserts(&words);
        }
        Ok(())
    }

    /// Where a statement asks for the last id of the session, that has to be of this one.
    pub(super) async fn check_id(&mut self) -> Result<(), MigrateError> {
        if !self.lost_id {
            return Ok(());
        }
        let words = words(
            self.prepared.statements[self.at].text,
            self.session.dialect(),
        );
        let Some(what) = last(&words) else {
            return Ok(());
        };
        let id = self.session.rows(GIVEN_ID, &[]).await;
        let id = id.map_err(|error| self.refused(error))?;
        self.lost_id = id.is_empty();
        match self.lost_id {
            true => Err(self.undecided(self.at, Doubt::SessionLost(what))),
            false => Ok(()),
        }
    }

    fn undecided(&self, at: usize, why: Doubt) -> MigrateError {
        let script = self.prepared.script();
        let statements = &self.prepared.statements;
        let statement = statements.get(at);
        let mut span = statement.map_or(0..0, |statement| statement.span.clone());
        if why == Doubt::Locked
            && let Some(last) = statements.get(behind_locks(&self.effects, at) - 1)
        {
            span.end = last.span.end;
        }
        Box::new(Undecided {
            revision: self.job.entry.revision.clone(),
            direction: self.job.direction,
            source: std::sync::Arc::clone(&script.source),
            span,
            why,
        })
        .into()
    }
}

/// What asks for the last row that was inserted, or how many there were.
const LAST: &[&str] = &[
    "CURRVAL",
    "FOUND_ROWS",
    "LASTVAL",
    "LAST_INSERT_ID",
    "LAST_INSERT_ROWID",
    "ROW_COUNT",
];

/// A row if the session was given an id; an INSERT that is given none leaves the last one as it was.
const GIVEN_ID: &str = "SELECT '1' FROM (SELECT LAST_INSERT_ID() AS id) given WHERE id <> 0";

/// What a statement asks for that the session's last INSERT tells.
fn last(words: &[Word<'_>]) -> Option<String> {
    let asked = words.iter().enumerate().find(|(at, word)| {
        let is_variable = words[..*at]
            .iter()
            .rev()
            .take(3)
            .any(|mark| mark.is_mark('@'));
        word.is_one_of(LAST) || word.is("IDENTITY") && is_variable
    });
    match asked {
        Some((_, Word::Bare(word))) => Some(format!("what {word} would tell")),
        _ => None,
    }
}

/// Whether it may be given an id.
fn inserts(words: &[Word<'_>]) -> bool {
    const INSERTS: &[&str] = &["CALL", "EXECUTE", "INSERT", "LOAD", "REPLACE"];
    words.first().is_some_and(|word| word.is_one_of(INSERTS))
}
