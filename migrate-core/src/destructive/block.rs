//! What a block of statements does that runs at once.

use std::borrow::Cow;

use super::{alter, replaces};
use crate::Dialect;
use crate::split::{Piece, pieces};

/// Statements in a block that lose something, or may do anything.
const LOSE: &[&str] = &[
    "CALL", "DELETE", "DROP", "EXECUTE", "MERGE", "PERFORM", "TRUNCATE", "UPDATE",
];

/// Whether a block, or what has one behind its head, takes something away.
pub(super) fn takes_away(words: &[Piece<'_>]) -> bool {
    replaces(words)
        || (0..words.len()).any(|at| match words.get(at) {
            Some(word) if word.is("ALTER") => {
                let rest = words.get(at..).unwrap_or_default();
                let end = rest.iter().position(|piece| *piece == Piece::Sign(b';'));
                alter::takes_away(&rest[..end.unwrap_or(rest.len())])
            }
            Some(word) => word.is_one_of(LOSE),
            None => false,
        })
}

/// PostgreSQL's DO, whose block is a string.
pub(super) fn do_takes_away(words: &[Piece<'_>]) -> bool {
    let language = words.iter().position(|word| word.is("LANGUAGE"));
    let language = language.and_then(|at| words.get(at + 1));
    // Others have their own ways to run SQL.
    if language.is_some_and(|name| !name.is("plpgsql")) {
        return true;
    }
    let mut strings = words.iter().filter_map(|word| match word {
        Piece::Quoted(text) => Some(*text),
        _ => None,
    });
    let (Some(body), None) = (strings.next().and_then(content), strings.next()) else {
        return true;
    };
    pieces(&body, Dialect::Postgres).map_or(true, |words| takes_away(&words))
}

/// What is in a `'…'` or a `$tag$ … $tag$`.
fn content(string: &str) -> Option<Cow<'_, str>> {
    if let Some(rest) = string.strip_prefix('\'') {
        return Some(rest.strip_suffix('\'')?.replace("''", "'").into());
    }
    let tag = string.strip_prefix('$')?.find('$')? + 2;
    let body = string.get(tag..string.len().checked_sub(tag)?)?;
    Some(body.into())
}
