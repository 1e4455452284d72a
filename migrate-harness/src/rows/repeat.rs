//! What two upgrades made of the rows: an INSERT whose row the downgrade keeps is there twice.
//!
//! How many rows a table has is certain. Values are not: clocks, random numbers and sequences give
//! others each time, and what they gave is copied elsewhere. So values are compared only of
//! statements that name nothing of the kind, in columns that nothing fills by itself, and only where
//! the keys came out the same.

use std::collections::HashMap;

use migcheck_db::{Row, ServerError, Session};

use super::catalog::{self, Table};
use super::contents::{self, Content, Contents, Kept};
use super::losses::value;
use super::reach::{self, Scope, words};

/// Words of statements that write rows, or may.
const WRITES: [&str; 12] = [
    "call", "copy", "delete", "do", "execute", "insert", "load", "merge", "replace", "select",
    "truncate", "update",
];

/// What they mean another thing behind.
const NO_WRITES: [(&str, &str); 5] = [
    ("on", "delete"),
    ("on", "update"),
    ("for", "update"),
    ("or", "replace"),
    ("conflict", "do"),
];

/// Words, or beginnings of words, of what gives another value each time.
const UNCERTAIN: [&str; 28] = [
    "array_agg",
    "call",
    "clock_timestamp",
    "connection_id",
    "currval",
    "current_",
    "curdate",
    "curtime",
    "distinct",
    "execute",
    "first_value",
    "gen_random",
    "group_concat",
    "json",
    "last_insert",
    "lastval",
    "limit",
    "localtime",
    "nextval",
    "now",
    "over",
    "rand",
    "statement_timestamp",
    "string_agg",
    "sysdate",
    "txid_",
    "unix_timestamp",
    "uuid",
];

/// What was in the tables after the first upgrade.
#[derive(Debug)]
pub(crate) struct Made {
    tables: Vec<Table>,
    contents: Contents,
    has_certain_values: bool,
}

impl Made {
    /// Reads the tables that the scripts name; nothing, if they write no rows.
    pub(super) async fn read(
        session: &mut dyn Session,
        scripts: &[&str],
        left_out: &str,
    ) -> Result<Option<Self>, ServerError> {
        if !scripts.iter().any(|script| writes(script)) {
            return Ok(None);
        }
        let mut named = Scope::none();
        let mut reach = Scope::none();
        for script in scripts {
            named.add(Scope::Named(words(script)));
            reach.add(Scope::of(script));
        }
        let behind = reach::widen(session, &mut reach).await?;
        let mut tables = catalog::read(session, &named, left_out).await?;
        // A log that a trigger writes has a row for every change.
        let written: Vec<_> = behind.iter().map(|text| words(text)).collect();
        tables.retain(|table| {
            let name = table.name.name.to_lowercase();
            !written.iter().any(|words| words.contains(&name))
        });
        let contents = contents::read(session, &tables).await?;
        let mut texts = scripts
            .iter()
            .copied()
            .chain(behind.iter().map(String::as_str));
        let has_certain_values = reach != Scope::All && !texts.any(is_uncertain);
        Ok(Some(Self {
            tables,
            contents,
            has_certain_values,
        }))
    }

    /// What is not the same after another upgrade, which made the same tables.
    pub(super) async fn differing(
        &self,
        session: &mut dyn Session,
    ) -> Result<Vec<String>, ServerError> {
        let again = contents::read(session, &self.tables).await?;
        let pairs = self.contents.tables.iter().filter_map(|(name, first)| {
            let second = again.tables.get(name)?;
            Some((name, first, second))
        });
        let pairs: Vec<_> = pairs.collect();
        let mut found: Vec<String> = pairs
            .iter()
            .filter_map(|(name, first, second)| {
                Some(format!("`{name}`: {}", counts(first, second)?))
            })
            .collect();
        let has_same_keys = || {
            pairs
                .iter()
                .all(|(_, first, second)| keys(first) == keys(second))
        };
        if found.is_empty() && self.has_certain_values && has_same_keys() {
            let differing = pairs.iter().filter_map(|(name, first, second)| {
                let (column, text) = values(first, second)?;
                Some(format!("`{name}.{column}`: {text}"))
            });
            found.extend(differing);
        }
        Ok(found)
    }
}

/// Whether a script has a word for writing rows.
fn writes(script: &str) -> bool {
    let mut before = String::new();
    script
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .any(|word| {
            let word = word.to_lowercase();
            let is_one = WRITES.contains(&&*word) && !NO_WRITES.contains(&(&before, &word));
            before = word;
            is_one
        })
}

fn is_uncertain(text: &str) -> bool {
    let found = words(text);
    let begins = |word: &String| UNCERTAIN.iter().any(|start| word.starts_with(start));
    found.iter().any(begins)
}

fn counts(first: &Content, second: &Content) -> Option<String> {
    let (before, after) = (first.rows.count(), second.rows.count());
    if before == after {
        return None;
    }
    let example = if after > before { "added" } else { "gone" };
    let columns: Vec<usize> = certain(first, true).collect();
    let extra = match after > before {
        true => besides(second, first, &columns),
        false => besides(first, second, &columns),
    };
    let example = extra
        .first()
        .map(|row| format!("; {example} is the one where {}", shown(first, row)));
    let example = example.unwrap_or_default();
    Some(format!(
        "{before} rows after the first upgrade, {after} after the second{example}"
    ))
}

/// The first column with other values, and an example of them.
fn values<'a>(first: &'a Content, second: &Content) -> Option<(&'a str, String)> {
    if let (
        Kept::Digest {
            columns: before, ..
        },
        Kept::Digest { columns: after, .. },
    ) = (&first.rows, &second.rows)
    {
        let differs = |at: &usize| before.get(*at) != after.get(*at);
        let at = certain(first, false).find(differs)?;
        let text = "its values after the second upgrade are not those after the first";
        return Some((&first.columns[at].name, text.to_owned()));
    }
    let columns: Vec<usize> = certain(first, false).collect();
    let (gone, come) = (
        besides(first, second, &columns),
        besides(second, first, &columns),
    );
    let was = gone.first()?;
    let differing = |other: &&&Row| columns.iter().filter(|at| was[**at] != other[**at]).count();
    let is = come.iter().min_by_key(differing)?;
    let at = columns.iter().find(|at| was[**at] != is[**at])?;
    let text = format!(
        "{} after the first upgrade, {} after the second, where {}",
        value(was[*at].as_deref()),
        value(is[*at].as_deref()),
        shown(first, was)
    );
    Some((&first.columns[*at].name, text))
}

/// The columns that nothing fills by itself; `or_any` takes all where there are none.
fn certain(content: &Content, or_any: bool) -> impl Iterator<Item = usize> + '_ {
    let has_any = content.columns.iter().any(|column| column.is_certain);
    let all = or_any && !has_any;
    (0..content.columns.len()).filter(move |at| all || content.columns[*at].is_certain)
}

/// The rows of `content` that `other` does not have as often.
fn besides<'a>(content: &'a Content, other: &Content, columns: &[usize]) -> Vec<&'a Row> {
    let (Kept::Rows(rows), Kept::Rows(others)) = (&content.rows, &other.rows) else {
        return Vec::new();
    };
    let key =
        |row: &Row| -> Vec<Option<String>> { columns.iter().map(|at| row[*at].clone()).collect() };
    let mut left: HashMap<_, usize> = HashMap::new();
    for row in others {
        *left.entry(key(row)).or_default() += 1;
    }
    let is_more = |row: &&Row| match left.get_mut(&key(row)) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    rows.iter().filter(is_more).collect()
}

/// The values of the columns that something fills by itself, but for times.
fn keys(content: &Content) -> Vec<Vec<String>> {
    let of = (0..content.columns.len()).filter(|at| {
        let column = &content.columns[*at];
        !column.is_certain && !column.is_moment && !column.is_stamp
    });
    of.map(|at| match &content.rows {
        Kept::Rows(rows) => {
            let mut values: Vec<String> = rows.iter().map(|row| format!("{:?}", row[at])).collect();
            values.sort_unstable();
            values
        }
        Kept::Digest { columns, .. } => vec![format!("{:?}", columns[at])],
    })
    .collect()
}

/// A row by what it is known by; where nothing is certain of that, by its other values.
fn shown(content: &Content, row: &Row) -> String {
    let mut columns: Vec<usize> = content.key.clone();
    columns.extend(
        certain(content, false)
            .filter(|at| !content.key.contains(at))
            .take(2),
    );
    if columns.is_empty() {
        columns = (0..row.len().min(3)).collect();
    }
    content.named(row, &columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_shapes_tables_writes_no_rows() {
        for script in [
            "CREATE TABLE a (b int REFERENCES c ON DELETE CASCADE ON UPDATE SET NULL);",
            "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1;",
            "ALTER TABLE a ADD COLUMN updates int",
        ] {
            assert!(!writes(script), "{script}");
        }
        for script in [
            "INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING",
            "do $$ begin end $$",
            "delete from a",
        ] {
            assert!(writes(script), "{script}");
        }
    }

    #[test]
    fn clocks_and_dice_are_uncertain() {
        for script in [
            "UPDATE a SET b = now()",
            "SELECT CURRENT_TIMESTAMP",
            "VALUES (gen_random_uuid())",
            "SELECT RAND()",
            "UPDATE a SET b = datetime('now')",
            "SELECT id FROM a LIMIT 1",
        ] {
            assert!(is_uncertain(script), "{script}");
        }
        assert!(!is_uncertain("UPDATE a SET b = lower(c) || '!'"));
    }
}
