//! Tables of MySQL and MariaDB that know no transactions: what is written to them is not rolled back.

use migcheck_core::Dialect;

use super::name::text;
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
    let mut names: Vec<String> = Vec::new();
    let mut behind_dot = false;
    for word in range {
        if let Some(name) = word
            .name(Dialect::MySql)
            .filter(|_| !word.is_one_of(NO_TABLES))
        {
            // Of `schema.table` the last is the table.
            if behind_dot {
                names.pop();
            }
            names.push(name);
        }
        behind_dot = word.is_mark('.');
        if names.len() > most && !behind_dot {
            names.truncate(most);
            break;
        }
    }
    names.dedup();
    let one = |name: &String| {
        format!(
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() \
             AND TABLE_NAME = {} AND ENGINE NOT IN ('InnoDB', 'ROCKSDB', 'ndbcluster')",
            text(name)
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
