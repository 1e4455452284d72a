//! Which scripts take something away that no down script brings back.
//!
//! A statement is judged by how it and its clauses begin, not by words in strings, comments or the
//! bodies of routines, which only run when they are called. What is known to lose nothing is listed;
//! all else is destructive, because a backup too many costs less than one too few.

mod alter;
mod block;
#[cfg(test)]
mod tests;
mod update;

use crate::Dialect;
use crate::split::{Piece, pieces, split};

/// Whether `script` may drop, truncate, delete or overwrite anything, or calls what may.
///
/// Renaming loses nothing, and neither does an UPDATE that fills what is NULL. Replacing a view or a
/// routine loses no rows. A new type of a column may. A script that cannot be read is destructive.
#[must_use]
pub fn is_destructive(script: &str, dialect: Dialect) -> bool {
    match split(script, dialect) {
        Ok(statements) => statements
            .iter()
            .any(|one| pieces(one.text, dialect).map_or(true, |words| takes_away(&words, dialect))),
        Err(_) => true,
    }
}

/// Statements that lose nothing, whatever follows their first word.
#[rustfmt::skip]
const HARMLESS: &[&str] = &[
    "ABORT", "ANALYZE", "ATTACH", "CHECKPOINT", "CLUSTER", "COMMENT", "COMMIT", "COPY", "DEALLOCATE", "DETACH", "DISCARD",
    "END", "FLUSH", "GRANT", "IMPORT", "LISTEN", "LOCK", "NOTIFY", "OPTIMIZE", "PRAGMA", "PREPARE", "REASSIGN", "REFRESH",
    "REINDEX", "RELEASE", "RENAME", "REVOKE", "ROLLBACK", "SAVEPOINT", "SECURITY", "SHOW", "START", "UNLISTEN", "UNLOCK",
    "USE", "VACUUM",
];

fn takes_away(words: &[Piece<'_>], dialect: Dialect) -> bool {
    let Some(verb) = words.first() else {
        return false;
    };
    let second_is = |word| words.get(1).is_some_and(|piece: &Piece<'_>| piece.is(word));
    if verb.is_one_of(HARMLESS) {
        return false;
    }
    if verb.is("CREATE") {
        return create(words, dialect);
    }
    if verb.is("ALTER") {
        return alter::takes_away(words);
    }
    if verb.is("UPDATE") {
        return !update::fills_gaps(words);
    }
    // What it replaces is gone; the lines of LOAD are like those of INSERT.
    if verb.is_one_of(&["INSERT", "LOAD"]) {
        return has(words, &["DELETE", "MERGE", "UPDATE"]) || replaces(words);
    }
    if verb.is("WITH") {
        let writes = has(words, &["DELETE", "MERGE", "TRUNCATE", "UPDATE"]) || replaces(words);
        return writes || !has(words, &["INSERT"]) && calls(words);
    }
    if verb.is_one_of(&["SELECT", "VALUES"]) {
        return calls(words);
    }
    if verb.is("SET") {
        // MariaDB's way to set something for one statement.
        return second_is("STATEMENT");
    }
    if verb.is("RESET") {
        // In MySQL it empties logs.
        return dialect != Dialect::Postgres;
    }
    if verb.is("DO") {
        return match dialect {
            Dialect::Postgres => block::do_takes_away(words),
            _ => calls(words),
        };
    }
    if verb.is("BEGIN") {
        return second_is("NOT") && block::takes_away(words);
    }
    true
}

/// What is made takes nothing away, unless it takes the place of something that held rows. An event
/// of MySQL runs by itself, and so its body counts.
fn create(words: &[Piece<'_>], dialect: Dialect) -> bool {
    let head = words.get(..8).unwrap_or(words);
    if has(head, &["DATABASE", "SCHEMA", "SEQUENCE", "TABLE"]) {
        return replaces(words);
    }
    dialect == Dialect::MySql && has(words, &["EVENT"]) && block::takes_away(words)
}

fn has(words: &[Piece<'_>], any: &[&str]) -> bool {
    words.iter().any(|word| word.is_one_of(any))
}

/// Whether `REPLACE` is there as a keyword: as a function it has a parenthesis behind it.
fn replaces(words: &[Piece<'_>]) -> bool {
    (0..words.len()).any(|at| {
        words.get(at).is_some_and(|word| word.is("REPLACE"))
            && words.get(at + 1) != Some(&Piece::Sign(b'('))
    })
}

/// What may stand before a parenthesis in a query that only reads, or moves a counter.
#[rustfmt::skip]
const KNOWN: &[&str] = &[
    // Keywords and types.
    "ALL", "AND", "ANY", "AS", "BY", "CASE", "CHAR", "DECIMAL", "DISTINCT", "ELSE", "EXCEPT", "EXISTS", "FILTER", "FROM",
    "HAVING", "IN", "INTERSECT", "JOIN", "LATERAL", "LIMIT", "NOT", "NUMERIC", "ON", "OR", "OVER", "SELECT", "SOME", "THEN",
    "UNION", "USING", "VALUES", "VARCHAR", "WHEN", "WHERE",
    // Functions.
    "ABS", "AVG", "CAST", "CHANGES", "COALESCE", "CONCAT", "COUNT", "CURRENT_SCHEMA", "CURRENT_SETTING", "CURRVAL",
    "DATABASE", "DATE", "GET_LOCK", "GREATEST", "IF", "IFNULL", "LAST_INSERT_ID", "LASTVAL", "LEAST", "LENGTH", "LOWER",
    "MAX", "MIN", "NEXTVAL", "NOW", "NULLIF", "PG_ADVISORY_LOCK", "PG_ADVISORY_UNLOCK", "PG_ADVISORY_XACT_LOCK",
    "PG_GET_SERIAL_SEQUENCE", "PG_NOTIFY", "PG_SLEEP", "RANK", "RELEASE_LOCK", "REPLACE", "ROUND", "ROW_NUMBER",
    "SET_CONFIG", "SETVAL", "SLEEP", "SUBSTR", "SUBSTRING", "SUM", "TO_REGCLASS", "TRIM", "UPPER", "VERSION",
];

/// Whether a function is called that may do anything.
fn calls(words: &[Piece<'_>]) -> bool {
    words.windows(2).any(|two| match two {
        [Piece::Word(_), Piece::Sign(b'(')] => two.first().is_some_and(|one| !one.is_one_of(KNOWN)),
        [Piece::Quoted(name), Piece::Sign(b'(')] => name.starts_with('"') || name.starts_with('`'),
        _ => false,
    })
}
