//! `reset`: of everything that a database can hold, nothing is left.

use migcheck_core::Dialect;

use crate::place::{Directory, Place};

const POSTGRES: &[&str] = &[
    "CREATE EXTENSION IF NOT EXISTS plpgsql",
    "CREATE SCHEMA \"Odd \"\" name\"",
    "CREATE TABLE \"Odd \"\" name\".t (id int)",
    "CREATE TYPE mood AS ENUM ('good')",
    "CREATE TYPE pair AS (a int, b mood)",
    "CREATE DOMAIN short AS varchar(3)",
    "CREATE TABLE a (id serial PRIMARY KEY, m mood, p pair, s short)",
    "CREATE TABLE b (id int GENERATED ALWAYS AS IDENTITY, a int REFERENCES a) PARTITION BY RANGE (id)",
    "CREATE TABLE b1 PARTITION OF b FOR VALUES FROM (1) TO (9)",
    "CREATE VIEW v AS SELECT * FROM a",
    "CREATE MATERIALIZED VIEW mv AS SELECT * FROM v",
    "CREATE SEQUENCE s",
    "CREATE FUNCTION f(int, text DEFAULT '') RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'",
    "CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int)",
    "CREATE AGGREGATE middle(float8 ORDER BY anyelement) (sfunc = ordered_set_transition, stype = internal, \
     finalfunc = percentile_disc_final, finalfunc_extra)",
    "CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq)",
    "CREATE OPERATOR FAMILY fam USING btree",
    "CREATE COLLATION german (provider = libc, locale = 'C')",
    "CREATE TEXT SEARCH CONFIGURATION words (copy = simple)",
    "CREATE STATISTICS st ON id, m FROM a",
    "CREATE CAST (pair AS text) WITH INOUT",
    "CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
    "CREATE EVENT TRIGGER watch ON ddl_command_start EXECUTE FUNCTION et()",
    "CREATE PUBLICATION pub FOR TABLE a",
    "CREATE FOREIGN DATA WRAPPER w",
    "CREATE SERVER far FOREIGN DATA WRAPPER w",
    "SELECT lo_create(0)",
];

const MYSQL: &[&str] = &[
    "CREATE TABLE `odd `` name` (id int PRIMARY KEY)",
    "CREATE TABLE a (id int PRIMARY KEY, b int)",
    "CREATE TABLE b (id int PRIMARY KEY, a int, FOREIGN KEY (a) REFERENCES a (id))",
    "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b (id)",
    "CREATE VIEW v AS SELECT * FROM a",
    "CREATE VIEW vv AS SELECT * FROM v",
    "CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1",
    "CREATE PROCEDURE f() SELECT 1",
    "CREATE TRIGGER g BEFORE INSERT ON a FOR EACH ROW SET NEW.b = 1",
    "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
];

const MARIADB: &[&str] = &[
    "CREATE SEQUENCE s",
    "CREATE TABLE from_s (id int DEFAULT NEXTVAL(s))",
    "CREATE TABLE versions (id int) WITH SYSTEM VERSIONING",
];

const SQLITE: &[&str] = &[
    "CREATE TABLE \"odd \"\" name\" (id integer PRIMARY KEY AUTOINCREMENT)",
    "CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES b (id))",
    "CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a (id))",
    "INSERT INTO a VALUES (1, NULL)",
    "INSERT INTO b VALUES (1, 1)",
    "CREATE VIEW v AS SELECT * FROM a",
    "CREATE TRIGGER g AFTER INSERT ON a BEGIN SELECT 1; END",
    "CREATE VIRTUAL TABLE texts USING fts5(a)",
    "ANALYZE",
];

pub(crate) fn all(place: &Place) {
    let (database, fresh) = (place.database(), place.database());
    let directory = Directory::new()
        .file(
            "001_one.up.sql",
            "-- migcheck: revises = \"base\"\nCREATE TABLE one (id int);\n",
        )
        .file("001_one.down.sql", "DROP TABLE one;\n");
    directory.run("upgrade --env home", &database);
    let statements = match place.dialect() {
        Dialect::Postgres => POSTGRES,
        Dialect::MySql => MYSQL,
        Dialect::Sqlite => SQLITE,
    };
    let more: &[&str] = if place.is_mariadb() { MARIADB } else { &[] };
    for statement in statements.iter().chain(more) {
        database.execute(statement);
    }
    let name = match place.dialect() {
        Dialect::Sqlite => format!("{}.db", database.name()),
        _ => database.name(),
    };
    directory.fails("reset --env home --confirm other", &database, 2);
    let reset = format!("reset --env home --confirm {name}");
    let said = directory.run(&reset, &database);
    assert!(said.contains("is empty"), "{said}");
    assert_eq!(database.schema().to_sql(), fresh.schema().to_sql());
    assert!(database.schema() == fresh.schema());
    if place.dialect() == Dialect::Postgres {
        let objects = "SELECT oid::text FROM pg_largeobject_metadata";
        assert_eq!(database.rows(objects), Vec::<Vec<String>>::new());
    }
    // Nothing is in the way of the migrations, twice.
    for _ in 0..2 {
        let said = directory.run(&format!("{reset} --upgrade"), &database);
        assert!(said.contains("is at 001"), "{said}");
    }
    directory.run("verify --env home", &database);
}
