//! SQLite: temporary tables, attached files, and pragmas of a connection.

use migcheck_core::Dialect;
use migcheck_core::split::Statement;

use super::Traces;
use crate::journal::words::{Word, words};
use crate::literal::quoted;

/// Pragmas that change what statements do and are not of the file, as a connection begins with them.
const PRAGMAS: [(&str, &str); 12] = [
    ("automatic_index", "ON"),
    ("case_sensitive_like", "OFF"),
    ("cell_size_check", "OFF"),
    ("count_changes", "OFF"),
    ("defer_foreign_keys", "OFF"),
    ("full_column_names", "OFF"),
    ("query_only", "OFF"),
    ("read_uncommitted", "OFF"),
    ("reverse_unordered_selects", "OFF"),
    ("short_column_names", "ON"),
    ("synchronous", "FULL"),
    ("writable_schema", "OFF"),
];

pub(super) fn read(statements: &[Statement<'_>], found: &mut Traces) {
    let mut attached: Vec<String> = Vec::new();
    let mut made: Vec<String> = Vec::new();
    for statement in statements {
        let words = words(statement.text, Dialect::Sqlite);
        let Some(first) = words.first() else { continue };
        if first.is("CREATE") {
            made.extend(temporary(&words));
        } else if first.is("ATTACH") {
            attached.extend(words.last().and_then(Word::name_or_text));
        } else if first.is("DETACH") {
            let gone = words.last().and_then(Word::name_or_text);
            let gone = gone.unwrap_or_default();
            attached.retain(|one| !one.eq_ignore_ascii_case(&gone));
        } else if first.is("PRAGMA") {
            let name = pragma(&words).map(|(name, _)| name).unwrap_or_default();
            let known = PRAGMAS
                .iter()
                .find(|(known, _)| name.eq_ignore_ascii_case(known));
            if let Some((name, default)) = known {
                found.put_back(format!("PRAGMA {name} = {default}"));
            }
        }
    }
    // What refers to another one goes before it.
    for drop in made.into_iter().rev() {
        found.put_back(drop);
    }
    for name in attached {
        found.put_back(format!("DETACH {}", quoted(Dialect::Sqlite, &name)));
    }
}

/// The statement that drops what a CREATE puts into the connection's own schema.
fn temporary(words: &[Word<'_>]) -> Option<String> {
    const KINDS: [&str; 3] = ["TABLE", "VIEW", "TRIGGER"];
    let at = words
        .iter()
        .take(4)
        .position(|word| word.is_one_of(&KINDS))?;
    let says_so = words[..at]
        .iter()
        .any(|word| word.is_one_of(&["TEMP", "TEMPORARY"]));
    let mut rest = &words[at + 1..];
    if rest.first().is_some_and(|word| word.is("IF")) {
        rest = rest.get(3..)?;
    }
    let name = rest.first()?.name(Dialect::Sqlite)?;
    let (schema, name) = match rest.get(1).is_some_and(|mark| mark.is_mark('.')) {
        true => (Some(name), rest.get(2)?.name(Dialect::Sqlite)?),
        false => (None, name),
    };
    let is_temp = says_so || schema.is_some_and(|schema| schema.eq_ignore_ascii_case("temp"));
    let kind = KINDS.into_iter().find(|kind| words[at].is(kind))?;
    is_temp.then(|| {
        format!(
            "DROP {kind} IF EXISTS temp.{}",
            quoted(Dialect::Sqlite, &name)
        )
    })
}

/// The name of a pragma, and the words behind it.
fn pragma<'w, 'a>(words: &'w [Word<'a>]) -> Option<(String, &'w [Word<'a>])> {
    let at = if words.get(2).is_some_and(|mark| mark.is_mark('.')) {
        3
    } else {
        1
    };
    Some((words.get(at)?.name(Dialect::Sqlite)?, words.get(at + 1..)?))
}

/// Whether a script begins with `PRAGMA foreign_keys = OFF`, however it says that.
pub(super) fn says_keys_off(statements: &[Statement<'_>]) -> bool {
    let mut is_off = false;
    for statement in statements {
        let words = words(statement.text, Dialect::Sqlite);
        if !words.first().is_some_and(|word| word.is("PRAGMA")) {
            break;
        }
        let Some((name, behind)) = pragma(&words) else {
            break;
        };
        if name.eq_ignore_ascii_case("foreign_keys") && !behind.is_empty() {
            is_off = is_false(behind);
        }
    }
    is_off
}

fn is_false(behind: &[Word<'_>]) -> bool {
    const FALSE: [&str; 4] = ["OFF", "FALSE", "NO", "0"];
    let value = behind.get(1).and_then(Word::name_or_text);
    value.is_some_and(|value| FALSE.iter().any(|word| value.eq_ignore_ascii_case(word)))
}
