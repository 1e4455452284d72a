//! Faults that are generated: each kind of object, each way that a down script can be wrong.

use migcheck::Outcome::{self, DowngradeFails, DowngradeLeavesResidue, ReUpgradeFails};

/// A kind of object, on a table `{t}` that has a key `id`, a text `a` and a number `b`; `{n}` is its
/// name. One called `x` is there before, one called `y` is what a revision makes.
pub(super) struct Kind {
    /// A word, which is a part of its table's name.
    pub(super) name: &'static str,
    pub(super) on: &'static str,
    make: &'static str,
    /// The same, but not quite.
    make_otherwise: &'static str,
    drop: &'static str,
}

/// How a down script is wrong.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    /// It does not remove what the upgrade made.
    Forgets,
    /// It removes that, and what was there before.
    TakesTooMuch,
    /// It brings back something else than what the upgrade removed.
    BringsBackAnother,
    /// It names something that is not there.
    Misspells,
}

pub(super) const WAYS: [Way; 4] = [
    Way::Forgets,
    Way::TakesTooMuch,
    Way::BringsBackAnother,
    Way::Misspells,
];

/// A revision with its right way down and a wrong one.
pub(super) struct Planted {
    pub(super) name: String,
    pub(super) up: String,
    pub(super) down: String,
    pub(super) wrong_down: String,
    pub(super) finds: &'static [Outcome],
    /// What the report has to name.
    pub(super) shows: String,
}

impl Kind {
    fn filled(&self, template: &str, name: &str) -> String {
        let table = self.table();
        let named = format!("{name}_{}", self.name);
        template.replace("{t}", &table).replace("{n}", &named) + ";\n"
    }

    fn table(&self) -> String {
        format!("of_{}", self.name)
    }

    /// What has to be there: a table of its own, and the object `x`.
    pub(super) fn setup(&self) -> String {
        let table = self.table();
        let text = "VARCHAR(40) NOT NULL";
        format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY, a {text}, b INTEGER);\n")
            + &self.filled(self.make, "x")
    }

    pub(super) fn planted(&self, way: Way) -> Planted {
        let make = self.filled(self.make, "y");
        let drop = self.filled(self.drop, "y");
        let drop_x = self.filled(self.drop, "x");
        let (x, y) = (format!("x_{}", self.name), format!("y_{}", self.name));
        let name = format!("{way:?} {}", self.name);
        match way {
            Way::Forgets => Planted {
                name,
                up: make,
                down: drop,
                wrong_down: "SELECT 1;\n".to_owned(),
                finds: &[DowngradeLeavesResidue, ReUpgradeFails],
                shows: y,
            },
            Way::TakesTooMuch => Planted {
                name,
                up: make,
                wrong_down: drop.clone() + &drop_x,
                down: drop,
                finds: &[DowngradeLeavesResidue],
                shows: x,
            },
            Way::BringsBackAnother => Planted {
                name,
                up: drop_x,
                down: self.filled(self.make, "x"),
                wrong_down: self.filled(self.make_otherwise, "x"),
                finds: &[DowngradeLeavesResidue],
                shows: x,
            },
            Way::Misspells => Planted {
                name,
                up: make,
                down: drop,
                wrong_down: self.filled(self.drop, "missing"),
                finds: &[DowngradeFails],
                shows: format!("missing_{}", self.name),
            },
        }
    }
}

macro_rules! kind {
    ($name:literal, $on:literal, $make:literal, $otherwise:literal, $drop:literal $(,)?) => {
        Kind {
            name: $name,
            on: $on,
            make: $make,
            make_otherwise: $otherwise,
            drop: $drop,
        }
    };
}

pub(super) const KINDS: &[Kind] = &[
    kind!(
        "table",
        "postgres mysql mariadb sqlite",
        "CREATE TABLE {n} (id INTEGER PRIMARY KEY, a VARCHAR(40))",
        "CREATE TABLE {n} (id INTEGER PRIMARY KEY, a VARCHAR(41))",
        "DROP TABLE {n}",
    ),
    kind!(
        "column",
        "postgres mysql mariadb sqlite",
        "ALTER TABLE {t} ADD COLUMN {n} INTEGER DEFAULT 1",
        "ALTER TABLE {t} ADD COLUMN {n} INTEGER DEFAULT 2",
        "ALTER TABLE {t} DROP COLUMN {n}",
    ),
    kind!(
        "generated_column",
        "mysql mariadb sqlite",
        "ALTER TABLE {t} ADD COLUMN {n} INTEGER AS (b * 2) VIRTUAL",
        "ALTER TABLE {t} ADD COLUMN {n} INTEGER AS (b * 3) VIRTUAL",
        "ALTER TABLE {t} DROP COLUMN {n}",
    ),
    kind!(
        "stored_column",
        "postgres mysql mariadb",
        "ALTER TABLE {t} ADD COLUMN {n} INTEGER GENERATED ALWAYS AS (b * 2) STORED",
        "ALTER TABLE {t} ADD COLUMN {n} INTEGER GENERATED ALWAYS AS (b * 3) STORED",
        "ALTER TABLE {t} DROP COLUMN {n}",
    ),
    kind!(
        "checked_column",
        "sqlite",
        "ALTER TABLE {t} ADD COLUMN {n} INTEGER CONSTRAINT {n} CHECK (b > 0)",
        "ALTER TABLE {t} ADD COLUMN {n} INTEGER CONSTRAINT {n} CHECK (b > 1)",
        "ALTER TABLE {t} DROP COLUMN {n}",
    ),
    kind!(
        "referring_column",
        "sqlite",
        "ALTER TABLE {t} ADD COLUMN {n} INTEGER REFERENCES referred (id) ON DELETE CASCADE",
        "ALTER TABLE {t} ADD COLUMN {n} INTEGER REFERENCES referred (id)",
        "ALTER TABLE {t} DROP COLUMN {n}",
    ),
    kind!(
        "index",
        "mysql mariadb",
        "CREATE INDEX {n} ON {t} (a(10), b)",
        "CREATE INDEX {n} ON {t} (a(10), b DESC)",
        "DROP INDEX {n} ON {t}",
    ),
    kind!(
        "index",
        "postgres sqlite",
        "CREATE INDEX {n} ON {t} (a, b)",
        "CREATE INDEX {n} ON {t} (a, b DESC)",
        "DROP INDEX {n}",
    ),
    kind!(
        "unique_index",
        "mysql mariadb",
        "CREATE UNIQUE INDEX {n} ON {t} (a)",
        "CREATE INDEX {n} ON {t} (a)",
        "DROP INDEX {n} ON {t}",
    ),
    kind!(
        "unique_index",
        "postgres sqlite",
        "CREATE UNIQUE INDEX {n} ON {t} (a)",
        "CREATE INDEX {n} ON {t} (a)",
        "DROP INDEX {n}",
    ),
    kind!(
        "partial_index",
        "postgres sqlite",
        "CREATE INDEX {n} ON {t} (a) WHERE b > 1",
        "CREATE INDEX {n} ON {t} (a) WHERE b > 2",
        "DROP INDEX {n}",
    ),
    kind!(
        "expression_index",
        "postgres sqlite",
        "CREATE INDEX {n} ON {t} (lower(a))",
        "CREATE INDEX {n} ON {t} (upper(a))",
        "DROP INDEX {n}",
    ),
    kind!(
        "functional_index",
        "mysql",
        "CREATE INDEX {n} ON {t} ((lower(a)))",
        "CREATE INDEX {n} ON {t} ((upper(a)))",
        "DROP INDEX {n} ON {t}",
    ),
    kind!(
        "fulltext_index",
        "mysql",
        "CREATE FULLTEXT INDEX {n} ON {t} (a) WITH PARSER ngram",
        "CREATE FULLTEXT INDEX {n} ON {t} (a)",
        "DROP INDEX {n} ON {t}",
    ),
    kind!(
        "fulltext_index",
        "mariadb",
        "CREATE FULLTEXT INDEX {n} ON {t} (a)",
        "CREATE INDEX {n} ON {t} (a)",
        "DROP INDEX {n} ON {t}",
    ),
    kind!(
        "check",
        "postgres mysql mariadb",
        "ALTER TABLE {t} ADD CONSTRAINT {n} CHECK (b > 0)",
        "ALTER TABLE {t} ADD CONSTRAINT {n} CHECK (b >= 0)",
        "ALTER TABLE {t} DROP CONSTRAINT {n}",
    ),
    kind!(
        "unique",
        "postgres mysql mariadb",
        "ALTER TABLE {t} ADD CONSTRAINT {n} UNIQUE (a, b)",
        "ALTER TABLE {t} ADD CONSTRAINT {n} UNIQUE (b, a)",
        "ALTER TABLE {t} DROP CONSTRAINT {n}",
    ),
    kind!(
        "foreign_key",
        "postgres mysql mariadb",
        "ALTER TABLE {t} ADD CONSTRAINT {n} FOREIGN KEY (id) REFERENCES referred (id) ON DELETE CASCADE",
        "ALTER TABLE {t} ADD CONSTRAINT {n} FOREIGN KEY (id) REFERENCES referred (id)",
        "ALTER TABLE {t} DROP CONSTRAINT {n}",
    ),
    kind!(
        "partitioned",
        "mysql mariadb",
        "CREATE TABLE {n} (id INTEGER) PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN (10))",
        "CREATE TABLE {n} (id INTEGER) PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN (20))",
        "DROP TABLE {n}",
    ),
    kind!(
        "view",
        "postgres mysql mariadb sqlite",
        "CREATE VIEW {n} AS SELECT id, a FROM {t} WHERE b > 1",
        "CREATE VIEW {n} AS SELECT id, a FROM {t} WHERE b > 2",
        "DROP VIEW {n}",
    ),
    kind!(
        "merged_view",
        "mysql mariadb",
        "CREATE ALGORITHM = MERGE SQL SECURITY INVOKER VIEW {n} AS SELECT id FROM {t}",
        "CREATE ALGORITHM = TEMPTABLE SQL SECURITY INVOKER VIEW {n} AS SELECT id FROM {t}",
        "DROP VIEW {n}",
    ),
    kind!(
        "materialized_view",
        "postgres",
        "CREATE MATERIALIZED VIEW {n} AS SELECT id FROM {t}",
        "CREATE MATERIALIZED VIEW {n} AS SELECT id, a FROM {t}",
        "DROP MATERIALIZED VIEW {n}",
    ),
    kind!(
        "trigger",
        "mysql mariadb",
        "CREATE TRIGGER {n} BEFORE INSERT ON {t} FOR EACH ROW SET NEW.b = 1",
        "CREATE TRIGGER {n} BEFORE INSERT ON {t} FOR EACH ROW SET NEW.b = 2",
        "DROP TRIGGER {n}",
    ),
    kind!(
        "trigger",
        "sqlite",
        "CREATE TRIGGER {n} AFTER INSERT ON {t} BEGIN DELETE FROM {t} WHERE b = 1; END",
        "CREATE TRIGGER {n} AFTER INSERT ON {t} BEGIN DELETE FROM {t} WHERE b = 2; END",
        "DROP TRIGGER {n}",
    ),
    kind!(
        "trigger",
        "postgres",
        "CREATE TRIGGER {n} BEFORE UPDATE ON {t} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "CREATE TRIGGER {n} BEFORE UPDATE OF a ON {t} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "DROP TRIGGER {n} ON {t}",
    ),
    kind!(
        "procedure",
        "mysql mariadb",
        "CREATE PROCEDURE {n}(IN p INTEGER) READS SQL DATA SELECT p",
        "CREATE PROCEDURE {n}(IN p BIGINT) READS SQL DATA SELECT p",
        "DROP PROCEDURE {n}",
    ),
    kind!(
        "procedure",
        "postgres",
        "CREATE PROCEDURE {n}(p integer) LANGUAGE sql AS 'SELECT 1'",
        "CREATE PROCEDURE {n}(p integer) LANGUAGE sql AS 'SELECT 2'",
        "DROP PROCEDURE {n}",
    ),
    kind!(
        "function",
        "mysql mariadb",
        "CREATE FUNCTION {n}(p INTEGER) RETURNS INTEGER DETERMINISTIC RETURN p",
        "CREATE FUNCTION {n}(p INTEGER) RETURNS INTEGER DETERMINISTIC SQL SECURITY INVOKER RETURN p",
        "DROP FUNCTION {n}",
    ),
    kind!(
        "function",
        "postgres",
        "CREATE FUNCTION {n}(p integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1'",
        "CREATE FUNCTION {n}(p integer) RETURNS integer LANGUAGE sql STABLE AS 'SELECT 1'",
        "DROP FUNCTION {n}",
    ),
    kind!(
        "event",
        "mysql mariadb",
        "CREATE EVENT {n} ON SCHEDULE EVERY 1 DAY STARTS '2035-01-01 03:00:00' DISABLE DO DELETE FROM {t}",
        "CREATE EVENT {n} ON SCHEDULE EVERY 2 DAY STARTS '2035-01-01 03:00:00' DISABLE DO DELETE FROM {t}",
        "DROP EVENT {n}",
    ),
    kind!(
        "sequence",
        "postgres mariadb",
        "CREATE SEQUENCE {n} START WITH 5 INCREMENT BY 2",
        "CREATE SEQUENCE {n} START WITH 5 INCREMENT BY 3",
        "DROP SEQUENCE {n}",
    ),
    kind!(
        "enum",
        "postgres",
        "CREATE TYPE {n} AS ENUM ('a', 'b')",
        "CREATE TYPE {n} AS ENUM ('b', 'a')",
        "DROP TYPE {n}",
    ),
    kind!(
        "domain",
        "postgres",
        "CREATE DOMAIN {n} AS integer CHECK (VALUE > 0)",
        "CREATE DOMAIN {n} AS integer NOT NULL CHECK (VALUE > 0)",
        "DROP DOMAIN {n}",
    ),
    kind!(
        "policy",
        "postgres",
        "CREATE POLICY {n} ON {t} USING (b = 1)",
        "CREATE POLICY {n} ON {t} USING (b = 2)",
        "DROP POLICY {n} ON {t}",
    ),
    kind!(
        "rule",
        "postgres",
        "CREATE RULE {n} AS ON DELETE TO {t} DO ALSO SELECT 1",
        "CREATE RULE {n} AS ON DELETE TO {t} DO ALSO SELECT 2",
        "DROP RULE {n} ON {t}",
    ),
];
