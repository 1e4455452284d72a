//! SQLite's snapshot against `sqlite_schema`, over random DDL.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what breaks has failed the test"
)]

mod dice;
#[path = "../support/mod.rs"]
mod support;
mod walk;

use dice::Plan;
use migcheck::db::{DatabaseUrl, Session, connect};
use support::block_on;
use walk::{Ground, Testimony, walk};

const TEMPLATES: &[&str] = &[
    "CREATE TABLE {table} ({col} {columndef}, {col} {columndef}, {col} {columndef}{|, {constraint}|, {constraint}, {constraint}}) {||STRICT|WITHOUT ROWID}",
    "CREATE TABLE IF NOT EXISTS main.\"{table}\" (id INTEGER PRIMARY KEY {|AUTOINCREMENT|DESC}, {col} {columndef} /* , */, [{col}] {columndef})",
    "CREATE TABLE {table} AS SELECT 1 AS a, 'x' AS b",
    "DROP TABLE {table}",
    "ALTER TABLE {table} ADD COLUMN {col} {columndef}",
    "ALTER TABLE {table} ADD COLUMN {col} {columndef}",
    "ALTER TABLE {table} ADD COLUMN `{col}` {type} {|COLLATE {NOCASE|RTRIM}} {|DEFAULT {'x'|1|(1 + 1)|-1.5}}",
    "ALTER TABLE {table} DROP COLUMN {col}",
    "ALTER TABLE {table} DROP COLUMN {col}",
    "ALTER TABLE {table} RENAME COLUMN {col} TO {col}",
    "ALTER TABLE {table} RENAME TO {table}",
    "CREATE {|UNIQUE} INDEX {index} ON {table} ({col} {|DESC|COLLATE NOCASE}{|, {col}|, lower({col})}) {|WHERE {col} > 1}",
    "CREATE INDEX {index} ON \"{table}\" ('{col}', {col})",
    "DROP INDEX {index}",
    "CREATE VIEW {view} AS SELECT {col}{|, {col} AS d} FROM {table} {|WHERE {col} > 1|ORDER BY {col}}",
    "DROP VIEW {view}",
    "CREATE TRIGGER {trigger} {AFTER|BEFORE} {INSERT|DELETE|UPDATE|UPDATE OF {col}} ON {table} {|WHEN NEW.{col} > 1} BEGIN {DELETE FROM {table}; SELECT 1|UPDATE {table} SET {col} = 'a;b' WHERE {col} = 1}; END",
    "CREATE TRIGGER {trigger} INSTEAD OF INSERT ON {view} BEGIN SELECT 1; END",
    "DROP TRIGGER {trigger}",
    "CREATE TABLE new ({col} {columndef}, {col} {columndef}); INSERT INTO new DEFAULT VALUES; DROP TABLE {table}; ALTER TABLE new RENAME TO {table}",
    "INSERT INTO {table} DEFAULT VALUES",
    "CREATE VIRTUAL TABLE search USING fts5({col}, {col})",
    "DROP TABLE search",
    "DROP TABLE search",
    "ANALYZE; REINDEX",
    "VACUUM",
];

const POOLS: &[(&str, &[&str])] = &[
    ("table", &["t", "u", "vv", "Tee"]),
    ("view", &["w", "x"]),
    ("col", &["a", "b", "c", "\"d d\"", "id"]),
    ("index", &["i", "j", "k"]),
    ("trigger", &["f", "g", "h"]),
    ("type", &["INT", "INTEGER", "TEXT", "REAL", "BLOB", "ANY"]),
    (
        "columndef",
        &[
            "{type}",
            "{type} NOT NULL DEFAULT {0|'x'}",
            "{type} DEFAULT {'it''s'|1|(1 + 1)|CURRENT_TIMESTAMP|NULL}",
            "{type} CHECK ({col} > {0|1})",
            "{type} CONSTRAINT {con} CHECK (length({col}) > 0)",
            "{type} UNIQUE {|ON CONFLICT {REPLACE|IGNORE|ABORT}}",
            "{type} REFERENCES {table} {|({col})} {|ON DELETE {CASCADE|SET NULL}} {|ON UPDATE RESTRICT} {|DEFERRABLE INITIALLY DEFERRED}",
            "{type} AS ({col} + 1) {STORED|VIRTUAL}",
            "{type} COLLATE {NOCASE|BINARY|RTRIM}",
        ],
    ),
    ("con", &["con1", "con2"]),
    (
        "constraint",
        &[
            "PRIMARY KEY ({col}{|, {col}})",
            "{|CONSTRAINT {con}} UNIQUE ({col}, {col}) {|ON CONFLICT REPLACE}",
            "{|CONSTRAINT {con}} CHECK ({col} <> {col})",
            "{|CONSTRAINT {con}} FOREIGN KEY ({col}) REFERENCES {table} ({col}) {|ON DELETE CASCADE}",
        ],
    ),
];

#[test]
fn whatever_changes_sqlite_schema_changes_the_snapshot() {
    let plan = Plan::from_env(400);
    let memory: DatabaseUrl = "sqlite::memory:".parse().unwrap();
    let mut session = block_on(connect(&memory)).unwrap();
    let ground = Ground {
        templates: TEMPLATES,
        pools: POOLS,
        setup: &[
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b TEXT)",
            "CREATE TABLE u (id INTEGER PRIMARY KEY, c INT REFERENCES t (id))",
        ],
        testify: &testify,
    };
    walk(&mut *session, &ground, &plan);
}

fn testify(session: &mut dyn Session) -> Testimony {
    let sql = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let rows = block_on(session.rows(sql, &[])).unwrap();
    let texts = rows.into_iter().map(|row| {
        let mut row = row.into_iter().map(Option::unwrap_or_default);
        let (kind, name, sql) = (
            row.next().unwrap(),
            row.next().unwrap(),
            row.next().unwrap(),
        );
        (format!("{kind} {name}"), sql)
    });
    texts.collect()
}
