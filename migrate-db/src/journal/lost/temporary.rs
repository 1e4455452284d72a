//! What a script makes for its session alone.

use migcheck_core::Dialect;

use super::super::effect::starts;
use super::super::name::Name;
use super::super::words::{Word, words as split};
use super::{Thing, last_part, texts};

/// The temporary relations that a statement makes, or that code makes which it quotes.
pub(super) fn made(words: &[Word<'_>], dialect: Dialect) -> Vec<Thing> {
    let mut found = named(words, dialect);
    if dialect == Dialect::Postgres && makes_first_temporary(words) {
        found.push(Thing::Anything(String::new()));
    }
    for word in words {
        let code = match word {
            Word::Quoted(text) if dialect == Dialect::MySql => Some(&**text),
            word => word.body(),
        };
        let Some(code) = code.filter(|code| mentions_temporary(code)) else {
            continue;
        };
        let code = split(code, dialect);
        found.extend(named(&code, dialect));
        // What is put together is not seen.
        if code.iter().any(quotes_temporary) {
            found.push(Thing::Anything(String::new()));
        }
    }
    found
}

/// Those that `DROP TEMPORARY TABLE` names.
pub(super) fn dropped(words: &[Word<'_>]) -> Vec<String> {
    let tail = words.get(3..).unwrap_or_default();
    let tail = &tail[if starts(tail, &["IF", "EXISTS"]) {
        2
    } else {
        0
    }..];
    let names = Name::list(tail, Dialect::MySql).into_iter();
    names.map(|name| name.name).collect()
}

fn mentions_temporary(text: &str) -> bool {
    text.to_ascii_lowercase().contains("temp")
}

/// Whether a word quotes code that makes something temporary.
fn quotes_temporary(word: &Word<'_>) -> bool {
    let has = |wanted: &[&str]| {
        let is = |word: &str| wanted.iter().any(|one| word.eq_ignore_ascii_case(one));
        texts(std::slice::from_ref(word)).any(is)
    };
    matches!(word, Word::Text(_))
        && has(&["CREATE", "INTO"])
        && has(&["PG_TEMP", "TEMP", "TEMPORARY"])
}

fn is_temporary(word: &Word<'_>) -> bool {
    word.is_one_of(&["TEMP", "TEMPORARY"])
}

fn named(words: &[Word<'_>], dialect: Dialect) -> Vec<Thing> {
    let names = (0..words.len()).filter_map(|at| {
        let behind = &words[at + 1..];
        let is_schema = behind.first().is_some_and(|mark| mark.is_mark('.'));
        let in_schema = is_schema
            && match dialect {
                Dialect::Postgres => {
                    let schema = words[at].name(dialect)?;
                    schema == "pg_temp" || schema.starts_with("pg_temp_")
                }
                Dialect::Sqlite => starts(words, &["CREATE"]) && is_temporary(&words[at]),
                Dialect::MySql => false,
            };
        if in_schema {
            return behind.get(1)?.name(dialect);
        }
        let is_made = is_temporary(&words[at])
            && (is_created(&words[..at])
                || dialect == Dialect::Postgres && is_selected(&words[..at]));
        if !is_made {
            return None;
        }
        let kinds = behind.iter().take_while(|word| word.is_one_of(KINDS));
        last_part(&behind[kinds.count()..], dialect)
    });
    names.map(Thing::Named).collect()
}

/// What stands between TEMPORARY and a name.
#[rustfmt::skip]
const KINDS: &[&str] = &[
    "EXISTS", "IF", "NOT", "RECURSIVE", "SEQUENCE", "TABLE", "TRIGGER", "UNLOGGED", "VIEW",
];

/// Whether the words end as `CREATE OR REPLACE`.
fn is_created(words: &[Word<'_>]) -> bool {
    let mut before = words.iter().rev();
    let first = before.find(|word| !word.is_one_of(&["OR", "REPLACE", "GLOBAL", "LOCAL"]));
    first.is_some_and(|word| word.is("CREATE"))
}

/// Whether the words end as `SELECT … INTO`. An INSERT goes into a table of that name.
fn is_selected(words: &[Word<'_>]) -> bool {
    let scope = words
        .last()
        .is_some_and(|word| word.is_one_of(&["GLOBAL", "LOCAL"]));
    match &words[..words.len() - usize::from(scope)] {
        [.., before, into] => into.is("INTO") && !before.is_one_of(&["INSERT", "MERGE"]),
        _ => false,
    }
}

/// Whether from now on what is made without a schema is made in the one of temporary things.
fn makes_first_temporary(words: &[Word<'_>]) -> bool {
    let path = words
        .iter()
        .position(|word| word.is("SEARCH_PATH"))
        .filter(|_| starts(words, &["SET"]));
    let Some(path) = path else {
        return false;
    };
    let first = words.get(path + 2);
    first.is_some_and(|word| match word {
        Word::Text(text) => text.contains("pg_temp"),
        word => word
            .name(Dialect::Postgres)
            .is_some_and(|name| name == "pg_temp"),
    })
}
