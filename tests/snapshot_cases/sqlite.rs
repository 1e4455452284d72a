//! SQLite. Every case needs an empty database.

use super::Case;

const USERS: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, age INT)";

macro_rules! case {
    ($name:literal, $setup:expr, $change:literal, $revert:literal, $($expect:literal),* $(,)?) => {
        Case {
            name: $name,
            setup: $setup,
            change: $change,
            revert: $revert,
            expect: &[$($expect),*],
        }
    };
}

pub const CASES: &[Case] = &[
    case!(
        "table with everything is one change",
        "",
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a UNIQUE, CHECK (a > 0)); CREATE INDEX i ON t (a);
         CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END",
        "DROP TABLE t",
        "table t",
    ),
    case!(
        "column",
        USERS,
        "ALTER TABLE users ADD COLUMN name TEXT DEFAULT 'x' COLLATE NOCASE",
        "ALTER TABLE users DROP COLUMN name",
        "column users.name",
    ),
    case!(
        "column of a table with constraints",
        "CREATE TABLE t (a INT, b INT, CHECK (a > 0), UNIQUE (a, b))",
        "ALTER TABLE t ADD c INT REFERENCES o (id) CHECK (c > 0)",
        "ALTER TABLE t DROP c",
        "column t.c",
        "check constraint t (c > 0)",
        "foreign key t (c)",
    ),
    case!(
        "renamed column, quoted by the way",
        "CREATE TABLE t (a INT, b INT CHECK (b > 0)); CREATE INDEX i ON t (a) WHERE b > 1",
        "ALTER TABLE t RENAME b TO \"c\"",
        "ALTER TABLE t RENAME c TO [b]",
        "column t.b",
        "column t.c",
        "check constraint t (b > 0)",
        "check constraint t (c > 0)",
        "index t.i",
    ),
    case!(
        "renamed table",
        "CREATE TABLE t (a INT); CREATE INDEX i ON t (a)",
        "ALTER TABLE t RENAME TO \"u\"",
        "ALTER TABLE u RENAME TO \"t\"",
        "table t",
        "table u",
    ),
    case!(
        "rebuilt table, otherwise spelled",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE DEFAULT ('x'), b INT REFERENCES o (id))",
        "ALTER TABLE t ADD c",
        "CREATE TABLE new (\"id\" integer, [a] text default 'x', `b` int, -- as before
         primary key (id), unique(a), foreign key (b) references \"o\" (\"id\"));
         DROP TABLE t; ALTER TABLE new RENAME TO t",
        "column t.c",
    ),
    case!(
        "column order",
        "CREATE TABLE t (a INT, b INT, c INT)",
        "ALTER TABLE t DROP b; ALTER TABLE t ADD b INT",
        "ALTER TABLE t DROP c; ALTER TABLE t ADD c INT",
        "column order t",
    ),
    case!(
        "table options",
        "CREATE TABLE t (a INT PRIMARY KEY)",
        "DROP TABLE t; CREATE TABLE t (a INT PRIMARY KEY) STRICT, WITHOUT ROWID",
        "DROP TABLE t; CREATE TABLE t (a INT PRIMARY KEY)",
        "table t",
    ),
    case!(
        "index",
        USERS,
        "CREATE UNIQUE INDEX IF NOT EXISTS main.ix ON users (lower(email) DESC) WHERE age > 1",
        "DROP INDEX ix",
        "index users.ix",
    ),
    case!(
        "index, otherwise spelled",
        "CREATE TABLE t (a INT); CREATE INDEX i ON t (a)",
        "DROP INDEX i; CREATE UNIQUE INDEX i ON t (a)",
        "DROP INDEX i; create index if not exists \"i\" on [t] (\"a\" asc)",
        "index t.i",
    ),
    case!(
        "view",
        USERS,
        "CREATE VIEW v AS SELECT id FROM users",
        "DROP VIEW v",
        "view v",
    ),
    case!(
        "trigger",
        USERS,
        "CREATE TRIGGER g AFTER UPDATE OF age ON users BEGIN UPDATE users SET email = 'a;b'; END",
        "DROP TRIGGER g",
        "trigger users.g",
    ),
    case!(
        "virtual table, without the tables it keeps its content in",
        "",
        "CREATE VIRTUAL TABLE f USING fts5(a)",
        "DROP TABLE f",
        "table f",
    ),
    case!(
        "generated column",
        "CREATE TABLE t (a INT)",
        "ALTER TABLE t ADD b INT AS (a * 2)",
        "ALTER TABLE t DROP b",
        "column t.b",
    ),
    case!(
        "history table",
        USERS,
        "CREATE TABLE _migcheck_revisions (id INTEGER PRIMARY KEY, at TEXT);
         CREATE INDEX ix_at ON _migcheck_revisions (at)",
        "DROP TABLE _migcheck_revisions",
    ),
];
