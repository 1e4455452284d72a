//! Which UPDATEs lose nothing: those that give a value to what has none.

use super::alter::at_commas;
use crate::split::Piece;

/// Whether every column that is set has to be NULL, as `SET a = … WHERE a IS NULL` says.
pub(super) fn fills_gaps(words: &[Piece<'_>]) -> bool {
    let Some(set) = outside(words, &["SET"]) else {
        return false;
    };
    let Some(length) = outside(&words[set..], &["WHERE"]) else {
        return false;
    };
    let (assignments, conditions) = words[set..].split_at(length);
    // `UPDATE OR REPLACE` of SQLite.
    if words.get(1).is_some_and(|word| word.is("OR")) {
        return false;
    }
    let end = outside(assignments, &["FROM"]).unwrap_or(assignments.len());
    let both_ways = |word: &Piece<'_>| word.is_one_of(&["OR", "XOR"]) || *word == Piece::Sign(b'|');
    if conditions.iter().any(both_ways) {
        return false;
    }
    at_commas(&assignments[1..end]).all(|one| {
        let equals = one.iter().position(|piece| *piece == Piece::Sign(b'='));
        let column = equals
            .and_then(|at| one.get(at.checked_sub(1)?))
            .and_then(name);
        column.is_some_and(|column| is_null(conditions, &column))
    })
}

/// Where one of the words stands outside of parentheses.
fn outside(words: &[Piece<'_>], any: &[&str]) -> Option<usize> {
    let mut depth = 0_usize;
    words.iter().position(|word| {
        match word {
            Piece::Sign(b'(') => depth += 1,
            Piece::Sign(b')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && word.is_one_of(any)
    })
}

/// A name as it is compared. Two that differ in their case alone are taken for one: in the worst case both are there.
fn name(piece: &Piece<'_>) -> Option<String> {
    match piece {
        Piece::Word(text) => Some(text.to_lowercase()),
        Piece::Quoted(text) if text.starts_with(['"', '`', '[']) => {
            Some(text.trim_matches(['"', '`', '[', ']']).to_lowercase())
        }
        _ => None,
    }
}

/// Whether `column IS NULL` is one of the conditions that all have to hold.
fn is_null(conditions: &[Piece<'_>], column: &str) -> bool {
    let mut depth = 0_usize;
    (0..conditions.len()).any(|at| {
        match conditions.get(at) {
            Some(Piece::Sign(b'(')) => depth += 1,
            Some(Piece::Sign(b')')) => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is = |at: usize, word: &str| conditions.get(at).is_some_and(|piece| piece.is(word));
        let found = depth == 0
            && conditions.get(at).and_then(name).as_deref() == Some(column)
            && is(at + 1, "IS")
            && is(at + 2, "NULL");
        let mut begin = at;
        while begin >= 2 && conditions.get(begin - 1) == Some(&Piece::Sign(b'.')) {
            begin -= 2;
        }
        found && begin >= 1 && (is(begin - 1, "WHERE") || is(begin - 1, "AND"))
    })
}
