//! How it can be known of a statement whether it was run.
//!
//! What runs in a transaction takes its line of the journal along. DDL that commits by itself leaves
//! a trace in the schema ([`Probe`]). What can be run twice needs no trace. The rest is blind.

use migcheck_core::Dialect;
use migcheck_core::split::Statement;

use super::mysql;
use super::probe::Probe;
use super::words::{Word, words};

/// How it can be known whether a statement was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Effect {
    /// It sets something of the session, and is run again when another session goes on.
    Session,
    /// It does something to the session that cannot be done again, or nothing at all.
    Passing,
    /// It runs in a transaction with its line of the journal.
    InTransaction,
    /// Running it twice does what running it once does.
    Again,
    /// The schema tells.
    Seen(Probe),
    /// Nothing tells.
    Blind,
    /// Nothing tells, not even whether it committed what was open.
    Called,
    Begin,
    /// The transaction ends; the next one begins at once if it says so.
    Commit {
        chain: bool,
    },
    Rollback {
        chain: bool,
    },
    /// Whether from now on the script's own COMMIT is needed.
    Autocommit(bool),
    /// Nothing but the locked tables can be written from here on.
    LockTables,
    UnlockTables,
}

impl Effect {
    pub(super) fn of(statement: &Statement<'_>, dialect: Dialect) -> Self {
        let words = words(statement.text, dialect);
        if statement.transaction_control {
            return control(&words);
        }
        match dialect {
            Dialect::Postgres => postgres(&words, statement.text),
            Dialect::MySql => mysql::effect(&words),
            Dialect::Sqlite => sqlite(&words),
        }
    }

    /// Whether nothing of it is left when its session ends.
    pub(super) fn passes(&self) -> bool {
        matches!(self, Self::Session | Self::Passing | Self::Autocommit(_))
    }
}

fn control(words: &[Word<'_>]) -> Effect {
    let has = |wanted: &str| words.iter().any(|word| word.is(wanted));
    let chain = words
        .windows(2)
        .any(|two| two[0].is("AND") && two[1].is("CHAIN"));
    match words.first() {
        // Of distributed transactions the server keeps the books.
        _ if has("PREPARED")
            || has("XA")
            || words.first().is_some_and(|word| word.is("PREPARE")) =>
        {
            Effect::Blind
        }
        Some(word) if word.is_one_of(&["COMMIT", "END"]) => Effect::Commit { chain },
        Some(word) if word.is_one_of(&["ROLLBACK", "ABORT"]) => Effect::Rollback { chain },
        _ => Effect::Begin,
    }
}

/// Whether the words begin with these.
pub(super) fn starts(words: &[Word<'_>], with: &[&str]) -> bool {
    words.len() >= with.len() && words.iter().zip(with).all(|(word, wanted)| word.is(wanted))
}

/// Whether the first of several words is one of these.
fn first_is(words: &[Word<'_>], of: &[&str]) -> bool {
    words.first().is_some_and(|word| word.is_one_of(of))
}

#[rustfmt::skip]
const POSTGRES_SESSION: &[&str] = &[
    "DEALLOCATE", "DISCARD", "LISTEN", "LOAD", "PREPARE", "RESET", "SET", "UNLISTEN",
];

fn postgres(words: &[Word<'_>], text: &str) -> Effect {
    let has = |wanted: &str| words.iter().any(|word| word.is(wanted));
    let global = |kinds: &[&str]| words.get(1).is_some_and(|word| word.is_one_of(kinds));
    let concurrently = has("CONCURRENTLY");
    if first_is(words, POSTGRES_SESSION) || sets_config(words) {
        return Effect::Session;
    }
    if first_is(words, &["VACUUM", "CLUSTER", "CHECKPOINT", "REINDEX"])
        || starts(words, &["ALTER", "SYSTEM"])
        || starts(words, &["ALTER", "DATABASE"]) && has("TABLESPACE")
        || starts(words, &["ALTER", "SUBSCRIPTION"])
    {
        return Effect::Again;
    }
    if first_is(words, &["CREATE", "DROP"]) {
        if concurrently && has("INDEX") {
            return Probe::index(words).map_or(Effect::Blind, Effect::Seen);
        }
        if global(&["DATABASE", "TABLESPACE", "SUBSCRIPTION"]) {
            return Probe::global(words).map_or(Effect::Blind, Effect::Seen);
        }
    }
    let ends_transactions = || {
        let text = text.to_ascii_uppercase();
        text.contains("COMMIT") || text.contains("ROLLBACK")
    };
    if first_is(words, &["CALL"]) || first_is(words, &["DO"]) && ends_transactions() {
        return Effect::Called;
    }
    let detaches = concurrently && starts(words, &["ALTER", "TABLE"]) && has("DETACH");
    if detaches {
        return Effect::Blind;
    }
    Effect::InTransaction
}

/// `SELECT pg_catalog.set_config(…)`, which every dump begins with, of constants and of nothing else.
pub(super) fn sets_config(words: &[Word<'_>]) -> bool {
    const CONSTANT: &[&str] = &[
        "AS",
        "E",
        "FALSE",
        "NULL",
        "PG_CATALOG",
        "SET_CONFIG",
        "TRUE",
    ];
    let called = |word: &Word<'_>| word.is("set_config");
    let of = |(at, word): (usize, &Word<'_>)| match word {
        Word::Text(_) | Word::Mark('(' | ')' | ',' | '.') => true,
        word => word.is_one_of(CONSTANT) || at > 0 && words[at - 1].is("AS"),
    };
    first_is(words, &["SELECT"])
        && words.iter().any(called)
        && words.iter().enumerate().skip(1).all(of)
}

fn sqlite(words: &[Word<'_>]) -> Effect {
    if first_is(words, &["PRAGMA", "ATTACH", "DETACH"]) {
        return Effect::Session;
    }
    if first_is(words, &["VACUUM"]) {
        return Effect::Again;
    }
    Effect::InTransaction
}

#[cfg(test)]
mod tests {
    use migcheck_core::split::split;

    use super::*;

    /// The effect of each statement, in a word.
    fn effects(script: &str, dialect: Dialect) -> String {
        let statements = split(script, dialect).unwrap_or_default();
        let words = statements.iter().map(|statement| {
            let effect = format!("{:?}", Effect::of(statement, dialect));
            let end = effect.find([' ', '{']).unwrap_or(effect.len());
            effect[..end].to_owned()
        });
        words.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn of_mysql_only_what_is_known_runs_in_a_transaction() {
        let mysql = |script| effects(script, Dialect::MySql);
        assert_eq!(
            mysql(
                "INSERT INTO t VALUES (1); UPDATE t SET a = 1; DO SLEEP(0); WITH x AS (SELECT 1) DELETE FROM t"
            ),
            ["InTransaction"; 4].join(", ")
        );
        assert_eq!(
            mysql("CREATE USER u; DROP ROLE r; REVOKE ALL ON t FROM u; RENAME USER a TO b"),
            ["Blind"; 4].join(", ")
        );
        assert_eq!(
            mysql(
                "CALL p(); EXECUTE s; EXECUTE IMMEDIATE 'x'; SET STATEMENT a = 1 FOR DROP TABLE t"
            ),
            ["Called"; 4].join(", ")
        );
        assert_eq!(
            mysql(
                "CREATE TABLE IF NOT EXISTS t (a int); DROP VIEW IF EXISTS v; CREATE OR REPLACE VIEW v AS SELECT 1; GRANT SELECT ON t TO u"
            ),
            ["Again"; 4].join(", ")
        );
        assert_eq!(
            mysql("SET @a = 1; SET foreign_key_checks = 0; USE d; SET GLOBAL x = 1"),
            ["Session"; 4].join(", ")
        );
        assert_eq!(
            mysql("SET autocommit = 0; SET SESSION autocommit = ON"),
            "Autocommit(false), Autocommit(true)"
        );
        assert_eq!(
            mysql("BEGIN; COMMIT; START TRANSACTION; ROLLBACK"),
            "Begin, Commit, Begin, Rollback"
        );
        assert_eq!(
            mysql(
                "LOCK TABLES t WRITE; UNLOCK TABLES; SAVEPOINT s; CREATE TEMPORARY TABLE t (a int)"
            ),
            "LockTables, UnlockTables, Passing, Passing"
        );
    }

    #[test]
    fn of_mysql_ddl_is_seen_by_what_it_names() {
        let seen = |sql: &str| {
            let statements = split(sql, Dialect::MySql).unwrap_or_default();
            format!("{:?}", Effect::of(&statements[0], Dialect::MySql))
                .replace("schema: None, ", "")
        };
        assert_eq!(
            seen("CREATE /* x */ TABLE `a``b` (c int)"),
            r#"Seen(Created(Name { name: "a`b" }))"#
        );
        assert_eq!(
            seen("ALTER TABLE a ADD b int, RENAME COLUMN c TO d, RENAME TO e"),
            r#"Seen(Relations { names: [Name { name: "a" }, Name { name: "e" }], parts: [Part { name: "b", kind: Column, goes: false }, Part { name: "c", kind: Column, goes: true }, Part { name: "d", kind: Column, goes: false }] })"#
        );
        assert_eq!(
            seen("CREATE UNIQUE INDEX i ON d.t (a)"),
            r#"Seen(Relations { names: [Name { schema: Some("d"), name: "t" }], parts: [Part { name: "i", kind: Index, goes: false }] })"#
        );
        assert_eq!(
            seen("CREATE DEFINER = event@`%` TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1"),
            r#"Seen(Trigger(Name { name: "g" }))"#
        );
        assert_eq!(
            seen(
                "CREATE ALGORITHM = MERGE DEFINER = CURRENT_USER() SQL SECURITY INVOKER VIEW v AS SELECT 1"
            ),
            r#"Seen(Created(Name { name: "v" }))"#
        );
        assert_eq!(
            seen("DROP TABLE a, b"),
            r#"Seen(Gone { names: [Name { name: "a" }, Name { name: "b" }], conditional: false })"#
        );
        assert_eq!(
            seen("DROP TABLE IF EXISTS a"),
            r#"Seen(Gone { names: [Name { name: "a" }], conditional: true })"#
        );
        for empties in [
            "TRUNCATE a",
            "TRUNCATE TABLE a",
            "ALTER TABLE a TRUNCATE PARTITION p",
        ] {
            assert_eq!(seen(empties), r#"Seen(Emptied(Name { name: "a" }))"#);
        }
        assert_eq!(
            seen("CREATE OR REPLACE TABLE a (b int)"),
            r#"Seen(Replaced(Name { name: "a" }))"#
        );
        assert_eq!(seen("CREATE OR REPLACE USER u"), "Blind");
        assert_eq!(
            seen("RENAME TABLE a TO old, new TO a"),
            r#"Seen(Renamed { before: [Name { name: "new" }], after: [Name { name: "old" }] })"#
        );
        assert_eq!(seen("RENAME TABLE a TO x, b TO a, x TO b"), "Blind");
        assert_eq!(
            seen("ALTER TABLE a EXCHANGE PARTITION p WITH TABLE b"),
            "Blind"
        );
    }

    #[test]
    fn of_postgres_what_refuses_transactions_runs_alone() {
        let postgres = |script| effects(script, Dialect::Postgres);
        assert_eq!(
            postgres(
                "CREATE TABLE t (a int); CREATE INDEX i ON t (a); DO $$ BEGIN PERFORM 1; END $$; ALTER TYPE e ADD VALUE 'x'"
            ),
            ["InTransaction"; 4].join(", ")
        );
        assert_eq!(
            postgres("VACUUM; REINDEX TABLE CONCURRENTLY t; ALTER SYSTEM SET a = 1"),
            ["Again"; 3].join(", ")
        );
        assert_eq!(
            postgres("CALL p(); DO $$ BEGIN COMMIT; END $$"),
            "Called, Called"
        );
        assert_eq!(
            postgres("ALTER TABLE t DETACH PARTITION p CONCURRENTLY"),
            "Blind"
        );
        assert_eq!(
            postgres("SET ROLE r; RESET ALL; PREPARE TRANSACTION 'x'"),
            "Session, Session, Blind"
        );
        let statements = split(
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"I\" ON ONLY S.T (a); CREATE INDEX CONCURRENTLY ON t (a); DROP INDEX CONCURRENTLY IF EXISTS i; CREATE DATABASE d",
            Dialect::Postgres,
        )
        .unwrap_or_default();
        let effects: Vec<Effect> = statements
            .iter()
            .map(|one| Effect::of(one, Dialect::Postgres))
            .collect();
        let built = |index: Option<&str>, table: &str| {
            let (index, table) = (index.map(str::to_owned), table.to_owned());
            Effect::Seen(Probe::Built { index, table })
        };
        assert_eq!(effects[0], built(Some("I"), "\"s\".\"t\""));
        assert_eq!(effects[1], built(None, "\"t\""));
        assert_eq!(
            effects[2],
            Effect::Seen(Probe::Unbuilt {
                index: "\"i\"".to_owned()
            })
        );
        assert_eq!(
            effects[3],
            Effect::Seen(Probe::Global {
                name: "d".to_owned()
            })
        );
    }

    #[test]
    fn of_sqlite_pragmas_are_set_again() {
        assert_eq!(
            effects(
                "PRAGMA foreign_keys = OFF; BEGIN; DROP TABLE t; END; VACUUM",
                Dialect::Sqlite
            ),
            "Session, Begin, InTransaction, Commit, Again"
        );
    }
}
