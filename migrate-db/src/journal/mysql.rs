//! What statements of MySQL and MariaDB leave behind.
//!
//! Every DDL statement commits what is open and then itself. So what is not known to run in a
//! transaction is not run in one with the journal.

use migcheck_core::Dialect;

use super::altered::{self, Part, PartKind};
use super::effect::{Effect, starts};
use super::name::Name;
use super::probe::Probe;
use super::words::Word;

/// Statements of transactions, and DO, whose functions can write.
#[rustfmt::skip]
const IN_TRANSACTION: &[&str] = &[
    "DELETE", "DO", "INSERT", "LOAD", "REPLACE", "SELECT", "TABLE", "UPDATE", "VALUES", "WITH",
];

/// Statements that do nothing when they are run for a second time.
#[rustfmt::skip]
const AGAIN: &[&str] = &[
    "ANALYZE", "CACHE", "CHECK", "FLUSH", "GRANT", "OPTIMIZE", "REPAIR", "RESET",
];

/// Statements that leave nothing behind.
#[rustfmt::skip]
const PASSING: &[&str] = &[
    "CHECKSUM", "DESC", "DESCRIBE", "EXPLAIN", "HANDLER", "HELP", "KILL", "RELEASE", "ROLLBACK",
    "SAVEPOINT", "SHOW",
];

/// Statements that can do anything.
const CALLS: &[&str] = &[
    "BEGIN", "CALL", "EXECUTE", "FOR", "IF", "CASE", "LOOP", "REPEAT", "WHILE",
];

/// Words that stand between CREATE and what is created.
#[rustfmt::skip]
const KINDS: &[&str] = &[
    "DATABASE", "EVENT", "FUNCTION", "INDEX", "LOGFILE", "PACKAGE", "PROCEDURE", "RESOURCE", "ROLE",
    "SCHEMA", "SEQUENCE", "SERVER", "SPATIAL", "TABLE", "TABLES", "TABLESPACE", "TRIGGER", "UNDO",
    "USER", "VIEW",
];

pub(super) fn effect(words: &[Word<'_>]) -> Effect {
    let Some(first) = words.first() else {
        return Effect::Passing;
    };
    let has = |wanted: &str| words.iter().any(|word| word.is(wanted));
    if first.is("SET") {
        return set(words);
    }
    if first.is_one_of(&["USE", "PREPARE", "DEALLOCATE"]) || starts(words, &["DROP", "PREPARE"]) {
        return Effect::Session;
    }
    if first.is_one_of(PASSING) {
        return Effect::Passing;
    }
    if first.is_one_of(CALLS) {
        return Effect::Called;
    }
    if first.is("LOCK") || first.is("FLUSH") && has("LOCK") {
        return Effect::LockTables;
    }
    if first.is("UNLOCK") {
        return Effect::UnlockTables;
    }
    if starts(words, &["LOAD", "INDEX"]) || first.is_one_of(AGAIN) {
        return Effect::Again;
    }
    if first.is("TRUNCATE") {
        let table = &words[1 + usize::from(words.get(1).is_some_and(|word| word.is("TABLE")))..];
        let table = Name::read(table, Dialect::MySql);
        return table.map_or(Effect::Blind, |(name, _)| {
            Effect::Seen(Probe::Emptied(name))
        });
    }
    if first.is_one_of(IN_TRANSACTION) {
        return Effect::InTransaction;
    }
    ddl(words)
}

fn set(words: &[Word<'_>]) -> Effect {
    let has = |wanted: &[&str]| words.iter().any(|word| word.is_one_of(wanted));
    if starts(words, &["SET", "STATEMENT"]) {
        return Effect::Called;
    }
    if has(&["PASSWORD"]) {
        return Effect::Again;
    }
    let autocommit = words.iter().position(|word| word.is("AUTOCOMMIT"));
    match autocommit.and_then(|at| {
        words[at..].iter().find(
            |word| matches!(word, Word::Bare(value) if !value.eq_ignore_ascii_case("AUTOCOMMIT")),
        )
    }) {
        Some(value) => Effect::Autocommit(!value.is_one_of(&["0", "OFF", "FALSE"])),
        None => Effect::Session,
    }
}

/// CREATE, ALTER, DROP and RENAME.
fn ddl(words: &[Word<'_>]) -> Effect {
    let Some(kind) = kind(words) else {
        return Effect::Blind;
    };
    let (first, head, tail) = (&words[0], &words[1..kind], &words[kind + 1..]);
    let has = |words: &[Word<'_>], wanted: &[&str]| words.iter().any(|word| word.is_one_of(wanted));
    if has(head, &["TEMPORARY"]) {
        return Effect::Passing;
    }
    let (is_event, is_passing) = (words[kind].is("EVENT"), passes_by_itself(tail));
    let conditional = starts(tail, &["IF"]);
    let tail = match conditional {
        true => &tail[if starts(tail, &["IF", "NOT"]) { 3 } else { 2 }.min(tail.len())..],
        false => tail,
    };
    let kind = &words[kind];
    let seen = |probe: Option<Probe>| probe.map_or(Effect::Blind, Effect::Seen);
    let one = |probe: fn(Name) -> Probe| {
        seen(Name::read(tail, Dialect::MySql).map(|(name, _)| probe(name)))
    };
    let event = |is_passing| {
        let name = Name::read(tail, Dialect::MySql);
        seen(name.map(|(name, _)| Probe::Event { name, is_passing }))
    };
    let relations = |names: Vec<Name>, parts| match names.is_empty() {
        true => Effect::Blind,
        false => Effect::Seen(Probe::Relations { names, parts }),
    };
    let index = || {
        // Without a name it is the table's that follows ON.
        let name = tail.first().filter(|word| !word.is("ON"));
        let name = name.and_then(|word| word.name(Dialect::MySql));
        let goes = first.is("DROP");
        let kind = PartKind::Index;
        let part = name.map(|name| Part { name, kind, goes });
        relations(on_table(tail), part.into_iter().collect())
    };
    if first.is("CREATE") {
        if starts(head, &["OR", "REPLACE"]) {
            return match kind {
                // What was put into it since would go.
                _ if kind.is("TABLE") => one(Probe::Replaced),
                _ if kind.is_one_of(&["DATABASE", "SCHEMA", "SEQUENCE", "USER", "ROLE"])
                    || is_event && is_passing =>
                {
                    Effect::Blind
                }
                _ => Effect::Again,
            };
        }
        if conditional && !(is_event && is_passing) {
            return Effect::Again;
        }
        return match kind {
            _ if kind.is("INDEX") => index(),
            _ if kind.is_one_of(&["TABLE", "VIEW", "SEQUENCE"]) => one(Probe::Created),
            _ if kind.is("TRIGGER") => one(Probe::Trigger),
            _ if is_event => event(is_passing),
            _ if kind.is_one_of(&["FUNCTION", "PROCEDURE", "PACKAGE"]) => one(Probe::Routine),
            _ if kind.is_one_of(&["DATABASE", "SCHEMA"]) => one(Probe::Database),
            _ => Effect::Blind,
        };
    }
    if first.is("ALTER") {
        return match kind {
            // Rows that change places, which no definition shows.
            _ if has(tail, &["EXCHANGE", "DISCARD", "IMPORT"]) => Effect::Blind,
            _ if kind.is("TABLE") && empties(tail) => one(Probe::Emptied),
            _ if kind.is("TABLE") => altered::effect(tail),
            _ if is_event && is_passing => Effect::Blind,
            _ if is_event && has(tail, &["RENAME"]) => event(false),
            // Numbers that were given out since would be given out again.
            _ if has(tail, &["RENAME", "RESTART"]) => Effect::Blind,
            _ => Effect::Again,
        };
    }
    if first.is("DROP") {
        return match kind {
            // One that somebody has made anew since is not to go with it.
            _ if kind.is_one_of(&["TABLE", "TABLES", "SEQUENCE"])
                || kind.is("VIEW") && !conditional =>
            {
                match Name::list(tail, Dialect::MySql) {
                    names if names.is_empty() => Effect::Blind,
                    names => Effect::Seen(Probe::Gone { names, conditional }),
                }
            }
            _ if kind.is_one_of(&["DATABASE", "SCHEMA"]) => {
                let name = Name::read(tail, Dialect::MySql);
                seen(name.map(|(name, _)| Probe::NoDatabase { name, conditional }))
            }
            _ if conditional => Effect::Again,
            _ if kind.is("INDEX") => index(),
            _ if kind.is("TRIGGER") => one(Probe::Trigger),
            _ if is_event => event(false),
            _ if kind.is_one_of(&["FUNCTION", "PROCEDURE", "PACKAGE"]) => one(Probe::Routine),
            _ => Effect::Blind,
        };
    }
    if first.is("RENAME") && kind.is_one_of(&["TABLE", "TABLES"]) {
        return renamed(tail);
    }
    Effect::Blind
}

/// `TRUNCATE PARTITION`, of an ALTER TABLE.
fn empties(words: &[Word<'_>]) -> bool {
    words
        .windows(2)
        .any(|two| two[0].is("TRUNCATE") && two[1].is("PARTITION"))
}

/// Where it says what the statement is about. A definer's name is not that.
fn kind(words: &[Word<'_>]) -> Option<usize> {
    let mut at = 1;
    if !words
        .first()?
        .is_one_of(&["CREATE", "ALTER", "DROP", "RENAME"])
    {
        return None;
    }
    while let Some(word) = words.get(at) {
        if word.is("DEFINER") {
            // DEFINER = user @ host, or CURRENT_USER, with or without parentheses.
            at += 3;
            while words
                .get(at)
                .is_some_and(|word| matches!(word, Word::Mark(_)))
            {
                at += if words[at].is_mark('@') { 2 } else { 1 };
            }
            continue;
        }
        if word.is_one_of(KINDS) && !(word.is("SPATIAL") && words.get(at + 1)?.is("INDEX")) {
            return Some(at);
        }
        at += 1;
        if at > 12 {
            return None;
        }
    }
    None
}

/// `… ON table`, of an index.
fn on_table(words: &[Word<'_>]) -> Vec<Name> {
    let on = words.iter().position(|word| word.is("ON"));
    let table = on.and_then(|on| Name::read(&words[on + 1..], Dialect::MySql));
    table.map(|(name, _)| name).into_iter().collect()
}

/// Whether an event drops itself when it has run, or when its time is over.
fn passes_by_itself(event: &[Word<'_>]) -> bool {
    let body = event.iter().position(|word| word.is("DO"));
    let head = &event[..body.unwrap_or(event.len())];
    let has = |two: [&str; 2]| {
        let mut pairs = head.windows(2);
        pairs.any(|pair| pair[0].is(two[0]) && pair[1].is(two[1]))
    };
    let ends = has(["SCHEDULE", "AT"]) || head.iter().any(|word| word.is("ENDS"));
    ends && !has(["COMPLETION", "PRESERVE"])
}

/// `a TO b, c TO d`; tables that only change places can look as they did.
fn renamed(words: &[Word<'_>]) -> Effect {
    let mut pairs = Vec::new();
    let mut rest = words;
    loop {
        let Some((from, behind)) = Name::read(rest, Dialect::MySql) else {
            return Effect::Blind;
        };
        let to = behind.iter().position(|word| word.is("TO"));
        let Some((to, behind)) = to.and_then(|at| Name::read(&behind[at + 1..], Dialect::MySql))
        else {
            return Effect::Blind;
        };
        pairs.push((from, to));
        match behind.first() {
            Some(mark) if mark.is_mark(',') => rest = &behind[1..],
            _ => break,
        }
    }
    let (mut before, mut after): (Vec<Name>, Vec<Name>) = pairs.into_iter().unzip();
    // Those that are in between have a name before and after only in passing.
    let passing: Vec<Name> = before
        .iter()
        .filter(|name| after.contains(name))
        .cloned()
        .collect();
    let is_swap = !passing.is_empty();
    before.retain(|name| !passing.contains(name));
    after.retain(|name| !passing.contains(name));
    if is_swap && before.is_empty() {
        return Effect::Blind;
    }
    Effect::Seen(Probe::Renamed { before, after })
}
