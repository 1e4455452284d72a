//! What is set in a session, and whether it is the same when it is set again.

use migcheck_core::Dialect;

use super::super::effect::{sets_config, starts};
use super::super::words::{Word, pieces, within, words as split};
use super::Thing;

/// Something that is given a value.
pub(super) struct Assignment<'w, 'a> {
    pub(super) target: Thing,
    pub(super) value: &'w [Word<'a>],
    /// Whether it is a setting of all sessions to come, and not of this one.
    pub(super) is_global: bool,
}

/// What a statement sets.
pub(super) fn assigned<'w, 'a>(words: &'w [Word<'a>], dialect: Dialect) -> Vec<Assignment<'w, 'a>> {
    match dialect {
        Dialect::MySql if starts(words, &["SET"]) => {
            let pieces = pieces(&words[1..]).into_iter();
            pieces.filter_map(assignment).collect()
        }
        Dialect::Postgres if starts(words, &["SET"]) || starts(words, &["RESET"]) => {
            let scope = words.get(1).is_some_and(|word| word.is("SESSION"));
            let tail = &words[1 + usize::from(scope)..];
            let target = setting(tail, &["=", "TO"]);
            // Of one transaction it says nothing later.
            let target = target.filter(|_| !starts(tail, &["LOCAL"]));
            let one = target.map(|target| Assignment {
                target,
                value: tail,
                is_global: false,
            });
            one.into_iter().collect()
        }
        Dialect::Postgres if sets_config(words) => {
            let settings = configured(words).into_iter();
            let one = |target| Assignment {
                target,
                value: words,
                is_global: false,
            };
            settings.map(one).collect()
        }
        _ => Vec::new(),
    }
}

/// Of one piece of a SET of MySQL.
fn assignment<'w, 'a>(words: &'w [Word<'a>]) -> Option<Assignment<'w, 'a>> {
    let at = words.iter().position(|word| word.is_mark('='));
    let (target, value) = match at {
        Some(at) => (&words[..at], &words[at + 1..]),
        // SET NAMES, SET TRANSACTION.
        None => (words.get(..1)?, &words[1..]),
    };
    let mut names = target.iter().filter_map(|word| word.name(Dialect::MySql));
    let is_global = names.any(|word| {
        let word = word.to_ascii_uppercase();
        matches!(&*word, "GLOBAL" | "PERSIST" | "PERSIST_ONLY")
    });
    let name = target
        .iter()
        .rev()
        .find_map(|word| word.name(Dialect::MySql))?;
    let marks = target.iter().filter(|word| word.is_mark('@')).count();
    Some(Assignment {
        target: match marks {
            1 => Thing::Variable(format!("@{name}")),
            _ => Thing::Setting(name),
        },
        value,
        // Of the others a session has none of its own.
        is_global: is_global && is_setting(target.last()?),
    })
}

/// The name before one of these.
fn setting(words: &[Word<'_>], until: &[&str]) -> Option<Thing> {
    let end = words.iter().position(|word| match word {
        Word::Mark(mark) => until.contains(&&*mark.to_string()),
        word => word.is_one_of(until),
    });
    let name = &words[..end.unwrap_or(words.len())];
    let name: Vec<String> = name
        .iter()
        .filter_map(|word| word.name(Dialect::Postgres))
        .collect();
    (!name.is_empty()).then(|| Thing::Setting(name.join(".")))
}

/// Whether a statement sets the same, whenever it is run in a session that has come to the same point.
pub(super) fn is_constant(words: &[Word<'_>], dialect: Dialect) -> bool {
    if dialect != Dialect::MySql || !starts(words, &["SET"]) {
        return true;
    }
    let pieces = pieces(&words[1..]).into_iter();
    let mut values = pieces.filter_map(assignment);
    values.all(|assignment| is_constant_value(assignment.value))
}

fn is_constant_value(value: &[Word<'_>]) -> bool {
    value.iter().enumerate().all(|(at, word)| {
        let before = value[..at].last();
        let is_called = value.get(at + 1).is_some_and(|next| next.is_mark('('));
        match word {
            Word::Bare(_) if before.is_some_and(|word| word.is_mark('@')) => {
                let doubled = at > 1 && value[at - 2].is_mark('@');
                !doubled || is_setting(word) || is_own_scope(&value[at..])
            }
            Word::Bare(_) if is_called => {
                word.is_one_of(PURE) && !before.is_some_and(|word| word.is_mark('.'))
            }
            Word::Bare(_) => !changes(word),
            Word::Quoted(_) => !is_called,
            Word::Text(_) | Word::Mark(_) => true,
        }
    })
}

/// `@@session.x` of a setting.
fn is_own_scope(words: &[Word<'_>]) -> bool {
    match words {
        [scope, Word::Mark('.'), name, ..] => {
            scope.is_one_of(&["SESSION", "LOCAL"]) && is_setting(name)
        }
        _ => false,
    }
}

fn is_setting(word: &Word<'_>) -> bool {
    word.is_one_of(SETTINGS)
}

/// Settings of a session, which are the same in a new one where the same was set.
#[rustfmt::skip]
const SETTINGS: &[&str] = &[
    "ALTER_ALGORITHM", "AUTOCOMMIT", "CHARACTER_SET_CLIENT", "CHARACTER_SET_CONNECTION",
    "CHARACTER_SET_DATABASE", "CHARACTER_SET_RESULTS", "CHARACTER_SET_SERVER", "CHECK_CONSTRAINT_CHECKS",
    "COLLATION_CONNECTION", "COLLATION_DATABASE", "COLLATION_SERVER", "COMPLETION_TYPE",
    "CTE_MAX_RECURSION_DEPTH", "DEFAULT_STORAGE_ENGINE", "DEFAULT_TMP_STORAGE_ENGINE",
    "DEFAULT_WEEK_FORMAT", "DIV_PRECISION_INCREMENT", "EXPLICIT_DEFAULTS_FOR_TIMESTAMP",
    "FOREIGN_KEY_CHECKS", "GROUP_CONCAT_MAX_LEN", "INNODB_LOCK_WAIT_TIMEOUT", "INNODB_STRICT_MODE",
    "INTERACTIVE_TIMEOUT", "LC_TIME_NAMES", "LOCK_WAIT_TIMEOUT", "MAX_ERROR_COUNT",
    "MAX_EXECUTION_TIME", "MAX_HEAP_TABLE_SIZE", "MAX_SORT_LENGTH", "MAX_STATEMENT_TIME",
    "NET_READ_TIMEOUT", "NET_WRITE_TIMEOUT", "OLD_ALTER_TABLE", "OPTIMIZER_SWITCH",
    "SORT_BUFFER_SIZE", "SQL_AUTO_IS_NULL", "SQL_BIG_SELECTS", "SQL_GENERATE_INVISIBLE_PRIMARY_KEY",
    "SQL_LOG_BIN", "SQL_MODE", "SQL_NOTES", "SQL_QUOTE_SHOW_CREATE", "SQL_REQUIRE_PRIMARY_KEY",
    "SQL_SAFE_UPDATES", "SQL_SELECT_LIMIT", "SQL_WARNINGS", "SYSTEM_VERSIONING_ALTER_HISTORY",
    "TIME_ZONE", "TMP_TABLE_SIZE", "TRANSACTION_ISOLATION", "TRANSACTION_READ_ONLY", "TX_ISOLATION",
    "TX_READ_ONLY", "UNIQUE_CHECKS", "UPDATABLE_VIEWS_WITH_LIMIT", "WAIT_TIMEOUT",
];

/// Functions that say the same of the same; and what is no function, but stands before a parenthesis.
#[rustfmt::skip]
const PURE: &[&str] = &[
    "ABS", "AND", "CAST", "CEIL", "CEILING", "CHAR", "CHAR_LENGTH", "COALESCE", "CONCAT", "CONCAT_WS",
    "CONVERT", "DATABASE", "DATE_ADD", "DATE_FORMAT", "DATE_SUB", "DECIMAL", "DIV", "ELT", "FIELD",
    "FIND_IN_SET", "FLOOR", "GREATEST", "HEX", "IF", "IFNULL", "IN", "INSTR", "JSON_ARRAY",
    "JSON_OBJECT", "LCASE", "LEAST", "LEFT", "LENGTH", "LOCATE", "LOWER", "LPAD", "LTRIM", "MD5", "MID",
    "MOD", "NOT", "NULLIF", "OR", "POW", "POWER", "QUOTE", "REPEAT", "REPLACE", "REVERSE", "RIGHT",
    "ROUND", "RPAD", "RTRIM", "SCHEMA", "SHA1", "SHA2", "STR_TO_DATE", "SUBSTR", "SUBSTRING", "TRIM",
    "TRUNCATE", "UCASE", "UNHEX", "UPPER", "VARCHAR", "XOR",
];

/// Whether a word without parentheses stands for what changes, or begins a query.
fn changes(word: &Word<'_>) -> bool {
    const QUERIES: &[&str] = &[
        "NEXT", "NEXTVAL", "PREVIOUS", "ROWNUM", "SELECT", "SYSDATE", "TABLE", "VALUES", "WITH",
    ];
    let Word::Bare(text) = word else {
        return false;
    };
    let text = text.to_ascii_uppercase();
    let begins = |with: &&str| text.starts_with(*with);
    ["CURRENT_", "LOCALTIME", "UTC_"].iter().any(begins) || QUERIES.contains(&&*text)
}

/// What a statement of Postgres that is not run again sets for longer than its transaction.
pub(super) fn kept_setting(words: &[Word<'_>]) -> Vec<Thing> {
    // What a function sets when it is called is not set yet.
    if starts(words, &["CREATE"]) {
        return Vec::new();
    }
    let mut settings = configured(words);
    if !starts(words, &["DO"]) {
        return settings;
    }
    for word in words {
        let Some(body) = word.body() else {
            continue;
        };
        let body = split(body, Dialect::Postgres);
        settings.extend(configured(&body));
        for (at, word) in body.iter().enumerate() {
            let is_first = body[..at].last().is_none_or(|before| {
                before.is_mark(';') || before.is_one_of(&["BEGIN", "THEN", "ELSE", "LOOP"])
            });
            let rest = &body[at + 1..];
            if word.is("SET") && is_first && !starts(rest, &["LOCAL"]) {
                let scope = usize::from(starts(rest, &["SESSION"]));
                settings.extend(setting(&rest[scope..], &["=", "TO"]));
            }
        }
    }
    settings
}

/// What `set_config` sets, unless that ends with the transaction.
fn configured(words: &[Word<'_>]) -> Vec<Thing> {
    let calls = words.iter().enumerate().filter(|(at, word)| {
        let name = word.name(Dialect::Postgres);
        let is_called = words.get(at + 1).is_some_and(|next| next.is_mark('('));
        name.is_some_and(|name| name == "set_config") && is_called
    });
    let setting = |(at, _): (usize, &Word<'_>)| {
        let arguments = pieces(within(&words[at + 2..]));
        let is_local = matches!(arguments.last(), Some([last]) if last.is("TRUE"));
        let name = match arguments.first() {
            Some([name]) => name.body(),
            _ => None,
        };
        (!is_local).then(|| match name {
            Some(name) => Thing::Setting(name.to_ascii_lowercase()),
            None => Thing::Anything(SOME_SETTING.to_owned()),
        })
    };
    calls.filter_map(setting).collect()
}

const SOME_SETTING: &str = "a setting";
