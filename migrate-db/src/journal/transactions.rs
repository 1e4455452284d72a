//! Tables of MySQL and MariaDB that know no transactions: what is written to them is not rolled back.

use migcheck_core::Dialect;

use super::name::{Name, text};
use super::probe::schema;
use super::words::Word;

/// The query for those tables among the ones a statement writes to that know no transactions.
pub(super) fn without(words: &[Word<'_>]) -> Option<String> {
    let until = |end: &str| {
        let end = words.iter().position(|word| word.is(end));
        &words[1..end.unwrap_or(words.len())]
    };
    let first = words.first()?;
    let (range, most) = match first {
        _ if first.is_one_of(&["INSERT", "REPLACE"]) => (&words[1..], 1),
        _ if first.is("UPDATE") => (until("SET"), MOST_TABLES),
        _ if first.is("DELETE") => (until("WHERE"), MOST_TABLES),
        _ if first.is("LOAD") => {
            let table = words.iter().position(|word| word.is("TABLE"))?;
            (&words[table + 1..], 1)
        }
        _ if first.is("WITH") => (&words[1..], MOST_TABLES),
        _ => return None,
    };
    let mut names: Vec<Name> = Vec::new();
    let mut rest = range;
    while names.len() < most
        && let Some(word) = rest.first()
    {
        let name = Name::read(rest, Dialect::MySql).filter(|_| !word.is_one_of(NO_TABLES));
        rest = match name {
            Some((name, behind)) => {
                if !names.contains(&name) {
                    names.push(name);
                }
                behind
            }
            None => &rest[1..],
        };
    }
    // What is behind a view, which has no engine, is not looked up.
    let one = |name: &Name| {
        format!(
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} \
             AND TABLE_NAME = {} \
             AND COALESCE(ENGINE, '') NOT IN ('InnoDB', 'ROCKSDB', 'ndbcluster')",
            schema(name),
            text(&name.name)
        )
    };
    let queries: Vec<String> = names.iter().map(one).collect();
    (!queries.is_empty()).then(|| queries.join(" UNION ALL "))
}

/// How many names of a statement are looked up at most.
const MOST_TABLES: usize = 8;

/// Words that are no names where these statements have tables.
#[rustfmt::skip]
const NO_TABLES: &[&str] = &[
    "AS", "DELAYED", "FROM", "HIGH_PRIORITY", "IGNORE", "INNER", "INTO", "JOIN", "LEFT",
    "LOW_PRIORITY", "ON", "QUICK", "RIGHT", "USING",
];
