//! How it can be known of a statement whether it was run.
//!
//! What runs in a transaction takes its line of the journal along. DDL that commits by itself leaves
//! a trace in the schema ([`Probe`]). What can be run twice needs no trace. The rest is blind.

use migcheck_core::Dialect;
use migcheck_core::split::Statement;

use super::mysql;
use super::probe::Probe;
use super::words::{Word, words};

/// How it can be known whether a statement was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Effect {
    /// It sets something of the session, and is run again when another session goes on.
    Session,
    /// It does something to the session that cannot be done again, or nothing at all.
    Passing,
    /// It runs in a transaction with its line of the journal.
    InTransaction,
    /// Running it twice does what running it once does.
    Again,
    /// The schema tells.
    Seen(Probe),
    /// Nothing tells.
    Blind,
    /// Nothing tells, not even whether it committed what was open.
    Called,
    Begin,
    /// The transaction ends; the next one begins at once if it says so.
    Commit {
        chain: bool,
    },
    Rollback {
        chain: bool,
    },
    /// Whether from now on the script's own COMMIT is needed.
    Autocommit(bool),
    /// Nothing but the locked tables can be written from here on.
    LockTables,
    UnlockTables,
}

impl Effect {
    pub(super) fn of(statement: &Statement<'_>, dialect: Dialect) -> Self {
        let words = words(statement.text, dialect);
        if statement.transaction_control {
            return control(&words);
        }
        match dialect {
            Dialect::Postgres => postgres(&words, statement.text),
            Dialect::MySql => mysql::effect(&words),
            Dialect::Sqlite => sqlite(&words),
        }
    }

    /// Whether nothing of it is left when its session ends.
    pub(super) fn passes(&self) -> bool {
        matches!(self, Self::Session | Self::Passing | Self::Autocommit(_))
    }
}

fn control(words: &[Word<'_>]) -> Effect {
    let has = |wanted: &str| words.iter().any(|word| word.is(wanted));
    let chain = words
        .windows(2)
        .any(|two| two[0].is("AND") && two[1].is("CHAIN"));
    match words.first() {
        // Of distributed transactions the server keeps the books.
        _ if has("PREPARED")
            || has("XA")
            || words.first().is_some_and(|word| word.is("PREPARE")) =>
        {
            Effect::Blind
        }
        Some(word) if word.is_one_of(&["COMMIT", "END"]) => Effect::Commit { chain },
        Some(word) if word.is_one_of(&["ROLLBACK", "ABORT"]) => Effect::Rollback { chain },
        _ => Effect::Begin,
    }
}

/// Whether the words begin with these.
pub(super) fn starts(words: &[Word<'_>], with: &[&str]) -> bool {
    words.len() >= with.len() && words.iter().zip(with).all(|(word, wanted)| word.is(wanted))
}

/// Whether the first of several words is one of these.
fn first_is(words: &[Word<'_>], of: &[&str]) -> bool {
    words.first().is_some_and(|word| word.is_one_of(of))
}

#[rustfmt::skip]
const POSTGRES_SESSION: &[&str] = &[
    "DEALLOCATE", "DISCARD", "LISTEN", "LOAD", "PREPARE", "RESET", "SET", "UNLISTEN",
];

fn postgres(words: &[Word<'_>], text: &str) -> Effect {
    let has = |wanted: &str| words.iter().any(|word| word.is(wanted));
    let global = |kinds: &[&str]| words.get(1).is_some_and(|word| word.is_one_of(kinds));
    let concurrently = has("CONCURRENTLY");
    if first_is(words, POSTGRES_SESSION) {
        return Effect::Session;
    }
    if first_is(words, &["VACUUM", "CLUSTER", "CHECKPOINT", "REINDEX"])
        || starts(words, &["ALTER", "SYSTEM"])
        || starts(words, &["ALTER", "DATABASE"]) && has("TABLESPACE")
        || starts(words, &["ALTER", "SUBSCRIPTION"])
    {
        return Effect::Again;
    }
    if first_is(words, &["CREATE", "DROP"]) {
        if concurrently && has("INDEX") {
            return Probe::index(words).map_or(Effect::Blind, Effect::Seen);
        }
        if global(&["DATABASE", "TABLESPACE", "SUBSCRIPTION"]) {
            return Probe::global(words).map_or(Effect::Blind, Effect::Seen);
        }
    }
    let ends_transactions = || {
        let text = text.to_ascii_uppercase();
        text.contains("COMMIT") || text.contains("ROLLBACK")
    };
    if first_is(words, &["CALL"]) || first_is(words, &["DO"]) && ends_transactions() {
        return Effect::Called;
    }
    let detaches = concurrently && starts(words, &["ALTER", "TABLE"]) && has("DETACH");
    if detaches {
        return Effect::Blind;
    }
    Effect::InTransaction
}

fn sqlite(words: &[Word<'_>]) -> Effect {
    if first_is(words, &["PRAGMA", "ATTACH", "DETACH"]) {
        return Effect::Session;
    }
    if first_is(words, &["VACUUM"]) {
        return Effect::Again;
    }
    Effect::InTransaction
}
