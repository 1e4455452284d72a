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
        "strictness",
        "CREATE TABLE t (a INT)",
        "DROP TABLE t; CREATE TABLE t (a INT) STRICT",
        "DROP TABLE t; CREATE TABLE t (a INT)",
        "table t",
    ),
    case!(
        "autoincrement",
        "CREATE TABLE t (a INTEGER PRIMARY KEY)",
        "DROP TABLE t; CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)",
        "DROP TABLE t; CREATE TABLE t (a INTEGER PRIMARY KEY)",
        "primary key t (a)",
    ),
    case!(
        "type, nullability, default and collation",
        "CREATE TABLE t (a INT, b TEXT, c TEXT, d TEXT)",
        "DROP TABLE t; CREATE TABLE t (a TEXT, b TEXT NOT NULL, c TEXT DEFAULT 'x', d TEXT COLLATE NOCASE)",
        "DROP TABLE t; CREATE TABLE t (a INT, b TEXT, c TEXT, d TEXT)",
        "column t.a",
        "column t.b",
        "column t.c",
        "column t.d",
    ),
    case!(
        "virtual and stored",
        "CREATE TABLE t (a INT, b INT AS (a + 1))",
        "DROP TABLE t; CREATE TABLE t (a INT, b INT AS (a + 1) STORED)",
        "DROP TABLE t; CREATE TABLE t (a INT, b INT AS (a + 1) VIRTUAL)",
        "column t.b",
    ),
    case!(
        "action and time of a foreign key",
        "CREATE TABLE o (id INTEGER PRIMARY KEY); CREATE TABLE t (a INT REFERENCES o, b INT REFERENCES o)",
        "DROP TABLE t; CREATE TABLE t (a INT REFERENCES o ON DELETE CASCADE, b INT REFERENCES o DEFERRABLE INITIALLY DEFERRED)",
        "DROP TABLE t; CREATE TABLE t (a INT REFERENCES o ON DELETE NO ACTION, b INT REFERENCES o NOT DEFERRABLE)",
        "foreign key t (a)",
        "foreign key t (b)",
    ),
    case!(
        "named and unnamed checks",
        "CREATE TABLE t (a INT, b INT CHECK (b > 0), CONSTRAINT c CHECK (a > 0))",
        "DROP TABLE t; CREATE TABLE t (a INT, b INT CHECK (b > 1), CONSTRAINT c CHECK (a > 1))",
        "DROP TABLE t; CREATE TABLE t (a INT, b INT, CHECK (b > 0), CONSTRAINT c CHECK (a > 0))",
        "check constraint t (b > 0)",
        "check constraint t (b > 1)",
        "check constraint t.c",
    ),
    case!(
        "unique constraint, and what it does on a conflict",
        "CREATE TABLE t (a INT, b INT UNIQUE)",
        "DROP TABLE t; CREATE TABLE t (a INT UNIQUE, b INT UNIQUE ON CONFLICT IGNORE)",
        "DROP TABLE t; CREATE TABLE t (a INT, b INT, UNIQUE (b))",
        "unique constraint t (a)",
        "unique constraint t (b)",
    ),
    case!(
        "condition, order and collation of an index",
        "CREATE TABLE t (a INT, b TEXT); CREATE INDEX i ON t (a); CREATE INDEX j ON t (a); CREATE INDEX k ON t (b)",
        "DROP INDEX i; CREATE INDEX i ON t (a) WHERE a > 1; DROP INDEX j; CREATE INDEX j ON t (a DESC);
         DROP INDEX k; CREATE INDEX k ON t (b COLLATE NOCASE)",
        "DROP INDEX i; CREATE INDEX i ON t (a); DROP INDEX j; CREATE INDEX j ON t (a); DROP INDEX k; CREATE INDEX k ON t (b)",
        "index t.i",
        "index t.j",
        "index t.k",
    ),
    case!(
        "what a view selects, and the trigger on it",
        "CREATE TABLE t (a INT, b INT); CREATE VIEW v AS SELECT a FROM t;
         CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN SELECT 1; END",
        "DROP VIEW v; CREATE VIEW v AS SELECT b FROM t; CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN SELECT 2; END",
        "DROP VIEW v; CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN SELECT 1; END",
        "view v",
        "trigger v.g",
    ),
    case!(
        "body, time and condition of a trigger",
        "CREATE TABLE t (a INT); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;
         CREATE TRIGGER h AFTER INSERT ON t BEGIN SELECT 1; END",
        "DROP TRIGGER g; CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT 1; END;
         DROP TRIGGER h; CREATE TRIGGER h AFTER INSERT ON t WHEN NEW.a > 1 BEGIN SELECT 1; END",
        "DROP TRIGGER g; CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;
         DROP TRIGGER h; CREATE TRIGGER h AFTER INSERT ON t BEGIN SELECT 1; END",
        "trigger t.g",
        "trigger t.h",
    ),
    case!(
        "options of a virtual table",
        "CREATE VIRTUAL TABLE f USING fts5(a)",
        "DROP TABLE f; CREATE VIRTUAL TABLE f USING fts5(a, tokenize = porter)",
        "DROP TABLE f; CREATE VIRTUAL TABLE f USING fts5(a)",
        "table f",
    ),
    case!(
        "rows and statistics are no change",
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT); CREATE INDEX i ON t (a)",
        "INSERT INTO t (a) VALUES (1); ANALYZE; VACUUM",
        "DELETE FROM t",
    ),
    case!(
        "history table",
        USERS,
        "CREATE TABLE _migcheck_revisions (id INTEGER PRIMARY KEY, at TEXT);
         CREATE INDEX ix_at ON _migcheck_revisions (at)",
        "DROP TABLE _migcheck_revisions",
    ),
];
