//! Where a script goes on that was begun before.

use migcheck_core::Dialect;

use super::effect::Effect;
use super::invalid::Noted;
use super::line::{THROUGH, behind_locks};
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
        for at in 0..done {
            if matches!(self.effects[at], Effect::Session | Effect::Autocommit(_)) {
                self.at = at;
                self.execute().await?;
                if let Effect::Autocommit(on) = self.effects[at] {
                    self.manual = !on;
                    self.own = self.manual.then_some(done);
                }
            }
        }
        let at = match &row.fingerprint {
            None => done,
            Some(fingerprint) => done + usize::from(self.took_effect(done, fingerprint).await?),
        };
        self.check_session(at)?;
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
            false => {
                let begun = usize::from(row.fingerprint.is_some());
                let last = (row.statements_done + begun).saturating_sub(1);
                Err(self.undecided(last, Doubt::Rewritten))
            }
        }
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

    /// What is left to do may not need what only the interrupted session had.
    fn check_session(&self, at: usize) -> Result<(), MigrateError> {
        let dialect = self.session.dialect();
        let statements = &self.prepared.statements;
        let of = |at: usize| words(statements[at].text, dialect);
        let mut lost: Vec<String> = Vec::new();
        for before in 0..at {
            lost.extend(made_in_session(&of(before), &self.effects[before], dialect));
        }
        let mut inserted = at == 0;
        for next in at..statements.len() {
            let words = of(next);
            let named = lost.iter().find(|lost| uses(&words, lost, dialect));
            if let Some(lost) = named {
                return Err(self.undecided(next, Doubt::SessionLost(format!("`{lost}`"))));
            }
            let last = words.iter().find(|word| word.is_one_of(LAST));
            if let (Some(Word::Bare(word)), false) = (last, inserted) {
                let what = format!("what {word} would tell");
                return Err(self.undecided(next, Doubt::SessionLost(what)));
            }
            inserted |= words.first().is_some_and(|word| word.is("INSERT"));
        }
        Ok(())
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

/// What a statement left in its session that running it again would not bring back: a temporary
/// table, or a variable with what a query found.
fn made_in_session(words: &[Word<'_>], effect: &Effect, dialect: Dialect) -> Vec<String> {
    let creates = words.first().is_some_and(|word| word.is("CREATE"));
    let kind = words
        .iter()
        .take(3)
        .any(|word| word.is_one_of(&["TEMPORARY", "TEMP"]));
    if creates && kind {
        let table = words
            .iter()
            .position(|word| word.is_one_of(&["TABLE", "VIEW", "SEQUENCE"]));
        let rest = &words[table.map_or(words.len(), |at| at + 1)..];
        let name = rest
            .iter()
            .find(|word| !word.is_one_of(&["IF", "NOT", "EXISTS"]));
        return name
            .and_then(|word| word.name(dialect))
            .into_iter()
            .collect();
    }
    let constant = *effect == Effect::Session && !words.iter().any(|word| word.is_mark('('));
    if dialect != Dialect::MySql || constant {
        return Vec::new();
    }
    variables(words).collect()
}

/// `@name`, and not `@@name`.
fn variables<'w>(words: &'w [Word<'_>]) -> impl Iterator<Item = String> + 'w {
    words.windows(2).enumerate().filter_map(|(at, two)| {
        let doubled = at > 0 && words[at - 1].is_mark('@') || two[1].is_mark('@');
        let name = two[1].name(Dialect::MySql)?;
        (two[0].is_mark('@') && !doubled).then(|| format!("@{name}"))
    })
}

fn uses(words: &[Word<'_>], lost: &str, dialect: Dialect) -> bool {
    match lost.strip_prefix('@') {
        Some(_) => variables(words).any(|name| name.eq_ignore_ascii_case(lost)),
        None => {
            let mut names = words.iter().filter_map(|word| word.name(dialect));
            names.any(|name| name.eq_ignore_ascii_case(lost))
        }
    }
}
