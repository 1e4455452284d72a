//! Whether a statement that was refused may have done some of what it does.

use migcheck_core::Dialect;

use super::effect::Effect;
use super::probe::{Probe, Verdict};
use super::words::{Word, words};
use super::{BLIND, Journal};
use crate::ServerError;
use crate::migrate_error::MigrateError;

impl Journal<'_> {
    /// Whether nothing tells that the statement that was refused, and was begun with this fingerprint,
    /// has done nothing. What was open is rolled back.
    pub(super) async fn is_half_done(&mut self, error: &MigrateError, fingerprint: &str) -> bool {
        let (MigrateError::Script(error), Some(effect)) = (error, self.effects.get(self.at)) else {
            return false;
        };
        // One that took several with it in part, or a call of anything.
        let several = matches!(
            effect,
            Effect::Seen(Probe::Gone { names, .. }) if names.len() > 1
        ) || matches!(
            effect,
            Effect::Seen(Probe::Renamed { before, .. }) if before.len() > 1
        );
        if !several
            && !matches!(
                effect,
                Effect::Called | Effect::Blind | Effect::InTransaction
            )
        {
            return false;
        }
        let effect = effect.clone();
        let words = words(
            self.prepared.statements[self.at].text,
            self.session.dialect(),
        );
        if is_before_it_began(&error.server, &effect, &words, self.session.dialect()) {
            return false;
        }
        match effect {
            Effect::Seen(probe) if fingerprint != BLIND => {
                let verdict = probe.verdict(self.session, fingerprint).await;
                !matches!(verdict, Ok(Verdict::NotRun))
            }
            _ => true,
        }
    }

    /// The fingerprint in the journal, if it stands where the statement is whose turn it is.
    pub(super) async fn recorded(&mut self) -> Option<Option<String>> {
        let table = self.job.table;
        let sql = format!(
            "{}SELECT fingerprint FROM {} WHERE {} AND statements_done = {} AND state <> 'applied'",
            self.prepared.engine.as_login(),
            table.sql(),
            table.is(&self.entry.revision),
            self.at
        );
        let rows = self.session.rows(&sql, &[]).await.ok()?;
        let fingerprint = rows.into_iter().next()?.into_iter().next()?;
        Some(fingerprint.map(|text| text.trim_end().to_owned()))
    }
}

/// Syntax, and what is not there or not allowed; MySQL and MariaDB, of a statement that calls nothing.
#[rustfmt::skip]
const UNBEGUN: &[&str] = &[
    "1044", "1046", "1049", "1054", "1064", "1136", "1142", "1143", "1146", "1149", "1227", "1235",
    "1290",
];

/// No such procedure, other arguments than it has, and one that may not be called: what a procedure
/// calls is refused in the same words, but by its own name.
const UNCALLED: &[&str] = &["1305", "1318", "1370"];

/// Whether the server refused it before it did anything.
fn is_before_it_began(
    error: &ServerError,
    effect: &Effect,
    words: &[Word<'_>],
    dialect: Dialect,
) -> bool {
    let code = error.code.as_deref().unwrap_or_default();
    let names_it = || {
        let dotted = words.get(2).is_some_and(|mark| mark.is_mark('.'));
        let name = words.get(if dotted { 3 } else { 1 });
        let name = name.and_then(|word| word.name(dialect));
        name.is_some_and(|name| error.message.to_lowercase().contains(&name.to_lowercase()))
    };
    match dialect {
        // Only of the text that was sent the server tells a place.
        Dialect::Postgres => {
            error.offset.is_some() || *effect == Effect::Called && code == "42501" && names_it()
        }
        Dialect::MySql if *effect == Effect::Called => {
            matches!(code, "1064" | "1149") || UNCALLED.contains(&code) && names_it()
        }
        Dialect::MySql => {
            UNBEGUN.contains(&code)
                // One account that is there, or is not.
                || code == "1396" && !words.iter().any(|word| word.is_mark(','))
        }
        Dialect::Sqlite => false,
    }
}
