//! Which ALTERs lose nothing. Those of tables are judged clause by clause.

use super::has;
use crate::split::Piece;

/// How clauses of ALTER TABLE begin that lose nothing.
#[rustfmt::skip]
const HARMLESS: &[&str] = &[
    "ADD", "ATTACH", "CLUSTER", "DETACH", "DISABLE", "ENABLE", "FORCE", "INHERIT", "NO", "NOT", "OF", "OPTIONS", "ORDER",
    "OWNER", "RENAME", "REPLICA", "RESET", "VALIDATE", "WITH", "WITHOUT",
];

/// How the options of a MySQL table begin; one may follow the other without a comma.
#[rustfmt::skip]
const OPTIONS: &[&str] = &[
    "ALGORITHM", "AUTO_INCREMENT", "AUTOEXTEND_SIZE", "AVG_ROW_LENGTH", "CHARACTER", "CHARSET", "CHECKSUM", "COLLATE",
    "COMMENT", "COMPRESSION", "DEFAULT", "DELAY_KEY_WRITE", "ENCRYPTION", "ENGINE", "KEY_BLOCK_SIZE", "LOCK", "MAX_ROWS",
    "MIN_ROWS", "PACK_KEYS", "ROW_FORMAT", "STATS_AUTO_RECALC", "STATS_PERSISTENT", "STATS_SAMPLE_PAGES",
];

pub(super) fn takes_away(words: &[Piece<'_>]) -> bool {
    let is = |at: usize, word: &str| words.get(at).is_some_and(|piece| piece.is(word));
    let at = match () {
        () if is(1, "TABLE") => 2,
        () if is(1, "FOREIGN") || is(1, "ONLINE") => 3,
        () if is(1, "MATERIALIZED") => 3,
        // Which role gets what on tables to come.
        () if is(1, "DEFAULT") => return false,
        // MariaDB's IGNORE deletes the rows that stand in the way.
        () if is(1, "IGNORE") => return true,
        () => return other(words.get(2..).unwrap_or_default()),
    };
    match behind_name(words.get(at..).unwrap_or_default()) {
        Some(clauses) => at_commas(clauses).any(clause),
        None => true,
    }
}

/// An ALTER of something that holds no rows.
fn other(words: &[Piece<'_>]) -> bool {
    const LOSE: &[&str] = &["DELETE", "RESTART", "TRUNCATE", "TYPE", "UPDATE"];
    has(words, LOSE) || (0..words.len()).any(|at| words.get(at..).is_some_and(|rest| drops(rest)))
}

/// What is left of `IF EXISTS ONLY schema.name *`.
fn behind_name<'w, 'a>(mut words: &'w [Piece<'a>]) -> Option<&'w [Piece<'a>]> {
    while let Some((_, rest)) = words
        .split_first()
        .filter(|(first, _)| first.is_one_of(&["IF", "EXISTS", "ONLY", "TABLE"]))
    {
        words = rest;
    }
    loop {
        let (Piece::Word(_) | Piece::Quoted(_), rest) = words.split_first()? else {
            return None;
        };
        match rest.split_first() {
            Some((Piece::Sign(b'.'), rest)) => words = rest,
            Some((Piece::Sign(b'*'), rest)) => return Some(rest),
            _ => return Some(rest),
        }
    }
}

/// The parts between commas that are in no parentheses.
pub(super) fn at_commas<'w, 'a>(words: &'w [Piece<'a>]) -> impl Iterator<Item = &'w [Piece<'a>]> {
    let mut depth = 0_usize;
    words.split(move |word| {
        match word {
            Piece::Sign(b'(') => depth += 1,
            Piece::Sign(b')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && *word == Piece::Sign(b',')
    })
}

fn clause(words: &[Piece<'_>]) -> bool {
    let Some((first, rest)) = words.split_first() else {
        return false;
    };
    if first.is_one_of(HARMLESS) {
        return false;
    }
    if first.is("SET") {
        // It is emptied when the server crashes.
        return rest.first().is_some_and(|what| what.is("UNLOGGED"));
    }
    if first.is("ALTER") {
        return column(rest);
    }
    if first.is_one_of(OPTIONS) {
        return options(words);
    }
    true
}

/// `ALTER [COLUMN] name …`, and MySQL's `ALTER INDEX` and `ALTER CHECK`.
fn column(words: &[Piece<'_>]) -> bool {
    let is = |at: usize, any: &[&str]| words.get(at).is_some_and(|piece| piece.is_one_of(any));
    if is(0, &["CHECK", "CONSTRAINT", "INDEX", "KEY"]) {
        return false;
    }
    let words = if is(0, &["COLUMN"]) {
        &words[1..]
    } else {
        words
    };
    let Some(action) = words.get(1..) else {
        return true;
    };
    let is = |at: usize, any: &[&str]| action.get(at).is_some_and(|piece| piece.is_one_of(any));
    if is(0, &["DROP"]) {
        return drops(action);
    }
    if is(0, &["SET"]) {
        return is(1, &["DATA", "EXPRESSION"]) || has(action, &["RESTART"]);
    }
    !is(0, &["ADD", "OPTIONS", "RESET"])
}

/// Whether the words begin with a DROP of more than a default or a NOT NULL.
fn drops(words: &[Piece<'_>]) -> bool {
    let mut words = words.iter();
    words.next().is_some_and(|word| word.is("DROP"))
        && !words
            .next()
            .is_some_and(|what| what.is_one_of(&["DEFAULT", "NOT"]))
}

/// Another engine may keep no rows, as MEMORY and BLACKHOLE do.
fn options(words: &[Piece<'_>]) -> bool {
    const CLAUSES: &[&str] = &[
        "CONVERT",
        "DISCARD",
        "DROP",
        "PARTITION",
        "TRUNCATE",
        "UNION",
    ];
    let other_engine = (0..words.len()).any(|at| {
        let is = |at: usize, word: &str| words.get(at).is_some_and(|piece| piece.is(word));
        let value = match words.get(at + 1) {
            Some(Piece::Sign(b'=')) => at + 2,
            _ => at + 1,
        };
        is(at, "ENGINE") && !is(value, "INNODB")
    });
    other_engine || has(words, CLAUSES)
}
