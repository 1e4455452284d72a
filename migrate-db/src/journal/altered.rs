//! The parts of a table that an ALTER TABLE names: columns, indexes, constraints; MySQL and MariaDB.
//!
//! Somebody else may change the same table meanwhile, so that another definition would not tell that
//! the statement was run.

use migcheck_core::Dialect;

use super::aspects::{Aspect, aspect};
use super::effect::Effect;
use super::name::{Name, text};
use super::probe::{Probe, Verdict, schema};
use super::words::{Word, pieces, within};
use crate::ServerError;
use crate::session::Session;

/// A part of a table that comes or goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) kind: PartKind,
    pub(super) goes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartKind {
    Column,
    Index,
    /// By its own name; the index of a foreign key outlasts it.
    Constraint,
    Partition,
}

/// How it can be known whether an ALTER TABLE was run, whose words begin with the table.
pub(super) fn effect(table: &[Word<'_>]) -> Effect {
    let Some((name, _)) = Name::read(table, Dialect::MySql) else {
        return Effect::Blind;
    };
    let (changes, parts) = (changes(table), parts(table));
    let after: Vec<Name> = changes
        .iter()
        .filter_map(|change| renamed(change))
        .collect();
    let mut names = vec![name.clone()];
    names.extend(after.iter().cloned());
    if !parts.is_empty() {
        return Effect::Seen(Probe::Relations { names, parts });
    }
    let aspects: Vec<Aspect> = changes.iter().filter_map(|change| aspect(change)).collect();
    if !aspects.is_empty() {
        return Effect::Seen(Probe::Aspects { names, aspects });
    }
    if !after.is_empty() {
        let before = vec![name];
        return Effect::Seen(Probe::Renamed { before, after });
    }
    match changes.iter().all(|change| is_repeatable(change)) {
        true => Effect::Again,
        false => Effect::Seen(Probe::Relations { names, parts }),
    }
}

/// What an ALTER TABLE does to its table, one by one.
fn changes<'w, 'a>(table: &'w [Word<'a>]) -> Vec<&'w [Word<'a>]> {
    let behind = Name::read(table, Dialect::MySql).map_or(&[][..], |(_, behind)| behind);
    let behind = match behind {
        [wait, _, behind @ ..] if wait.is("WAIT") => behind,
        [wait, behind @ ..] if wait.is("NOWAIT") => behind,
        behind => behind,
    };
    pieces(behind)
}

/// What the table is called from now on.
fn renamed(change: &[Word<'_>]) -> Option<Name> {
    let [first, rest @ ..] = change else {
        return None;
    };
    let of_a_part = rest
        .first()
        .is_some_and(|word| word.is_one_of(&["COLUMN", "INDEX", "KEY"]));
    if !first.is("RENAME") || of_a_part {
        return None;
    }
    let to = rest
        .first()
        .is_some_and(|word| word.is_one_of(&["TO", "AS"]) || word.is_mark('='));
    let (name, _) = Name::read(&rest[usize::from(to)..], Dialect::MySql)?;
    Some(name)
}

/// Whether a change does nothing when it is made for a second time.
fn is_repeatable(change: &[Word<'_>]) -> bool {
    let conditional = change.iter().take(4).any(|word| word.is("IF"));
    let first = change.first();
    conditional || first.is_some_and(|word| word.is_one_of(REPEATABLE))
}

/// What options of a table, and what can be done to it any number of times, begin with.
#[rustfmt::skip]
const REPEATABLE: &[&str] = &[
    "ALGORITHM", "ALTER", "ANALYZE", "AUTOEXTEND_SIZE", "AUTO_INCREMENT", "AVG_ROW_LENGTH", "CHARACTER",
    "CHARSET", "CHECK", "CHECKSUM", "COLLATE", "COMMENT", "COMPRESSION", "CONNECTION", "DATA", "DEFAULT",
    "DELAY_KEY_WRITE", "DISABLE", "ENABLE", "ENCRYPTED", "ENCRYPTION", "ENCRYPTION_KEY_ID", "ENGINE",
    "FORCE", "INDEX", "INSERT_METHOD", "KEY_BLOCK_SIZE", "LOCK", "MAX_ROWS", "MIN_ROWS", "OPTIMIZE",
    "ORDER", "PACK_KEYS", "PAGE_CHECKSUM", "PAGE_COMPRESSED", "PAGE_COMPRESSION_LEVEL", "REBUILD",
    "REPAIR", "ROW_FORMAT", "STATS_AUTO_RECALC", "STATS_PERSISTENT", "STATS_SAMPLE_PAGES",
    "TRANSACTIONAL", "WITHOUT",
];

/// What an ALTER TABLE names, whose words begin with the table; without what it names twice.
pub(super) fn parts(table: &[Word<'_>]) -> Vec<Part> {
    let mut parts = Vec::new();
    for change in changes(table) {
        named(change, &mut parts);
    }
    let same = |one: &Part, other: &Part| {
        one.kind == other.kind && one.name.eq_ignore_ascii_case(&other.name)
    };
    let all = parts.clone();
    parts.retain(|part| all.iter().filter(|other| same(part, other)).count() == 1);
    parts
}

/// What is named between two commas.
fn named(words: &[Word<'_>], parts: &mut Vec<Part>) {
    let is = |at: usize, of: &[&str]| words.get(at).is_some_and(|word| word.is_one_of(of));
    let mut push = |at: usize, kind, goes| {
        // With IF EXISTS it may have been there, or not, before.
        let name = words.get(at).filter(|word| !word.is("IF"));
        if let Some(name) = name.and_then(|word| word.name(Dialect::MySql)) {
            parts.push(Part { name, kind, goes });
        }
    };
    let is_rename = is(0, &["RENAME"]) && is(3, &["TO"]);
    let column = 1 + usize::from(is(1, &["COLUMN"]));
    let of_list = words.get(column).is_some_and(|mark| mark.is_mark('('));
    match () {
        () if is(0, &["ADD"]) && of_list => {
            for one in pieces(within(&words[column + 1..])) {
                let one: Vec<Word<'_>> = words[..1].iter().chain(one).cloned().collect();
                named(&one, parts);
            }
        }
        () if is(0, &["CHANGE"]) && !is(column, &["IF"]) => {
            push(column, PartKind::Column, true);
            push(column + 1, PartKind::Column, false);
        }
        () if is(1, &["PARTITION"]) && is(0, &["ADD"]) => {
            let list = words.iter().position(|word| word.is_mark('('));
            let list = list.map_or(&[][..], |open| within(&words[open + 1..]));
            for one in pieces(list).into_iter().filter(|_| !is(2, &["IF"])) {
                let name = one.get(1).filter(|_| one[0].is("PARTITION"));
                let name = name.and_then(|word| word.name(Dialect::MySql));
                let (kind, goes) = (PartKind::Partition, false);
                parts.extend(name.map(|name| Part { name, kind, goes }));
            }
        }
        () if is(1, &["PARTITION"]) && is(0, &["DROP"]) => push(2, PartKind::Partition, true),
        () if is_rename && is(1, &["COLUMN"]) => {
            push(2, PartKind::Column, true);
            push(4, PartKind::Column, false);
        }
        () if is_rename && is(1, &["INDEX", "KEY"]) => {
            push(2, PartKind::Index, true);
            push(4, PartKind::Index, false);
        }
        () if is(0, &["ADD", "DROP"]) => {
            let goes = is(0, &["DROP"]);
            match () {
                () if is(1, &["COLUMN"]) => push(2, PartKind::Column, goes),
                () if is(1, &["PRIMARY"]) => parts.push(Part {
                    name: "PRIMARY".to_owned(),
                    kind: PartKind::Index,
                    goes,
                }),
                () if is(1, &["CONSTRAINT"]) && (is(2, &["PRIMARY"]) || is(3, &["PRIMARY"])) => {
                    parts.push(Part {
                        name: "PRIMARY".to_owned(),
                        kind: PartKind::Index,
                        goes,
                    });
                }
                () if is(1, &["CONSTRAINT"]) && is(2, CONSTRAINTS) => {}
                () if is(1, &["CONSTRAINT"]) && is(3, &["UNIQUE"]) => {
                    // The index is called so, unless it has a name of its own.
                    let own = 4 + usize::from(is(4, &["INDEX", "KEY"]));
                    let is_named = words
                        .get(own)
                        .is_some_and(|word| !matches!(word, Word::Mark(_)));
                    let has_own = is_named && !is(own, &["USING"]);
                    push(if has_own { own } else { 2 }, PartKind::Index, goes);
                }
                () if is(1, &["CONSTRAINT"]) => {
                    push(2, PartKind::Constraint, goes);
                }
                () if is(1, &["INDEX", "KEY"]) && !is(2, &["USING"]) => {
                    push(2, PartKind::Index, goes);
                }
                () if is(1, &["FOREIGN", "CHECK"]) && goes => {
                    push(
                        if is(1, &["CHECK"]) { 2 } else { 3 },
                        PartKind::Constraint,
                        goes,
                    );
                }
                () if is(1, &["UNIQUE", "FULLTEXT", "SPATIAL"]) => {
                    let name = 2 + usize::from(is(2, &["INDEX", "KEY"]));
                    if !is(name, &["USING"]) {
                        push(name, PartKind::Index, goes);
                    }
                }
                () if is(1, NO_COLUMNS) => {}
                () => push(1, PartKind::Column, goes),
            }
        }
        () => {}
    }
}

/// What follows CONSTRAINT where it has no name.
const CONSTRAINTS: &[&str] = &["CHECK", "FOREIGN", "PRIMARY", "UNIQUE"];

/// What is added or dropped and is no column, or is a part whose name the server chooses.
#[rustfmt::skip]
const NO_COLUMNS: &[&str] = &[
    "CHECK", "CONSTRAINT", "FOREIGN", "INDEX", "KEY", "PARTITION", "PERIOD", "SYSTEM",
];

/// The SQL for which of these there are, of a table by one of these names: a 0 or a 1 each.
pub(super) fn expression(names: &[Name], parts: &[Part]) -> String {
    let is_there = parts.iter().map(|part| {
        let queries: Vec<String> = names.iter().map(|table| query(table, part)).collect();
        format!("EXISTS ({})", queries.join(" UNION ALL "))
    });
    let is_there: Vec<String> = is_there.collect();
    format!("(SELECT CONCAT({}))", is_there.join(", "))
}

/// What became of a statement that names these, before which there were those that the journal says.
pub(super) async fn verdict(
    session: &mut dyn Session,
    names: &[Name],
    parts: &[Part],
    before: &str,
) -> Result<Verdict, ServerError> {
    let sql = format!("SELECT {}", expression(names, parts));
    let now = session.rows(&sql, &[]).await?;
    let now = now.into_iter().flatten().flatten().next();
    let now = now.unwrap_or_default();
    if [before.len(), now.len()] != [parts.len(); 2] {
        return Ok(Verdict::Unknown);
    }
    let done = parts.iter().zip(before.bytes().zip(now.bytes()));
    // What was there before it came, or not before it went, was not this statement's.
    let done = done.filter(|(part, way)| {
        *way == if part.goes {
            (b'1', b'0')
        } else {
            (b'0', b'1')
        }
    });
    Ok(match done.count() {
        0 => Verdict::NotRun,
        done if done == parts.len() => Verdict::Ran,
        _ => Verdict::Partly,
    })
}

/// Whether the part is there.
fn query(table: &Name, part: &Part) -> String {
    let of_table = format!(
        "TABLE_SCHEMA = {} AND TABLE_NAME = {}",
        schema(table),
        text(&table.name)
    );
    let from = |view: &str, column: &str| {
        format!(
            "SELECT '1' FROM information_schema.{view} WHERE {of_table} AND {column} = {}",
            text(&part.name)
        )
    };
    match part.kind {
        PartKind::Column => from("COLUMNS", "COLUMN_NAME"),
        PartKind::Index => from("STATISTICS", "INDEX_NAME"),
        PartKind::Constraint => from("TABLE_CONSTRAINTS", "CONSTRAINT_NAME"),
        PartKind::Partition => from("PARTITIONS", "PARTITION_NAME"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    /// What is named, with a sign each.
    fn shown(sql: &str) -> String {
        let parts = parts(&words(sql, Dialect::MySql));
        let shown = parts.iter().map(|part| {
            let sign = if part.goes { '-' } else { '+' };
            let kind = match part.kind {
                PartKind::Column => "",
                PartKind::Index => "#",
                PartKind::Constraint => "!",
                PartKind::Partition => "/",
            };
            format!("{sign}{kind}{}", part.name)
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_comes_and_goes_is_named() {
        for (sql, parts) in [
            ("t ADD a int, ADD COLUMN `b` decimal(3, 2)", "+a +b"),
            ("d.t DROP a, DROP COLUMN b, MODIFY c int", "-a -b"),
            ("t ADD INDEX i (a), DROP KEY k, ADD KEY (b)", "+#i -#k"),
            (
                "t ADD UNIQUE KEY u (a), ADD FULLTEXT f (b), ADD UNIQUE (c)",
                "+#u +#f",
            ),
            (
                "t ADD PRIMARY KEY (a), DROP FOREIGN KEY f, DROP CHECK c",
                "+#PRIMARY -!f -!c",
            ),
            (
                "t ADD CONSTRAINT c CHECK (a > 0), ADD CONSTRAINT CHECK (b > 0)",
                "+!c",
            ),
            (
                "t ADD CONSTRAINT c UNIQUE KEY i (a), ADD CONSTRAINT d UNIQUE (b), ADD CONSTRAINT e UNIQUE KEY USING BTREE (f)",
                "+#i +#d +#e",
            ),
            (
                "t DROP KEY u, ADD CONSTRAINT u UNIQUE (a, b), ADD c int",
                "+c",
            ),
            (
                "t RENAME COLUMN a TO b, RENAME INDEX i TO j",
                "-a +b -#i +#j",
            ),
            (
                "t ADD COLUMN IF NOT EXISTS a int, DROP INDEX IF EXISTS i",
                "",
            ),
            ("t DROP a, ADD a bigint, ADD b int", "+b"),
            ("t ADD (a int, b int, KEY k (a, b))", "+a +b +#k"),
            ("t ADD PARTITION (PARTITION p VALUES IN (1))", "+/p"),
            ("t DROP PARTITION p, q", "-/p"),
            ("t ADD CONSTRAINT c PRIMARY KEY (a)", "+#PRIMARY"),
            ("t ENGINE = InnoDB, RENAME TO u, CHANGE a b int", "-a +b"),
            ("t CHANGE COLUMN a A bigint", ""),
        ] {
            assert_eq!(shown(sql), parts, "{sql}");
        }
    }
    #[test]
    fn what_is_not_named_is_seen_by_what_it_changes() {
        for (sql, seen) in [
            (
                "t MODIFY a int, MODIFY COLUMN b int",
                "[Column(\"a\"), Column(\"b\")]",
            ),
            ("t CHANGE a a bigint", "[Column(\"a\")]"),
            ("t WAIT 5 ALTER COLUMN a SET DEFAULT 1", "[Column(\"a\")]"),
            ("t CONVERT TO CHARACTER SET utf8mb4", "[Collation]"),
            ("t ENGINE = InnoDB PARTITION BY HASH (a)", "[Partitioning]"),
            ("t ADD CONSTRAINT CHECK (a > 0)", "[Checks]"),
            (
                "t ADD UNIQUE KEY (a(10), b DESC)",
                "[Indexes { is_unique: true, columns: [\"a\", \"b\"] }]",
            ),
            (
                "t ADD FOREIGN KEY (a) REFERENCES u (b)",
                "[ForeignKeys([\"a\"])]",
            ),
        ] {
            let Effect::Seen(Probe::Aspects { aspects, .. }) = effect(&words(sql, Dialect::MySql))
            else {
                panic!("{sql}");
            };
            assert_eq!(format!("{aspects:?}"), seen, "{sql}");
        }
        for (sql, seen) in [
            ("t RENAME TO u", "Seen(Renamed"),
            ("t ENGINE = InnoDB, RENAME u", "Seen(Renamed"),
            ("t ENGINE = InnoDB, COMMENT 'x'", "Again"),
            ("t ADD COLUMN IF NOT EXISTS a int, FORCE", "Again"),
            ("t ADD SYSTEM VERSIONING", "Seen(Relations"),
            ("t ADD UNIQUE ((a + b))", "Seen(Relations"),
        ] {
            let found = format!("{:?}", effect(&words(sql, Dialect::MySql)));
            assert!(found.starts_with(seen), "{sql}: {found}");
        }
    }
}
