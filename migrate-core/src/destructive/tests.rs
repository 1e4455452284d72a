use super::is_destructive;
use crate::Dialect::{self, MySql, Postgres, Sqlite};

const ALL: &[Dialect] = &[Postgres, MySql, Sqlite];
const SERVERS: &[Dialect] = &[Postgres, MySql];

#[rustfmt::skip]
const TAKE_AWAY: &[(&[Dialect], &str)] = &[
    (ALL, "DROP TABLE t"),
    (ALL, "/* a */ drop -- b\n table t"),
    (ALL, "DROP INDEX i"),
    (ALL, "DROP VIEW v"),
    (ALL, "DELETE FROM t WHERE a = 1"),
    (ALL, "WITH old AS (SELECT 1) DELETE FROM t"),
    (ALL, "CREATE TABLE a (b int); DROP TABLE c; CREATE TABLE d (e int)"),
    (SERVERS, "TRUNCATE t"),
    (SERVERS, "TRUNCATE TABLE t"),
    (ALL, "UPDATE t SET a = 1"),
    (ALL, "UPDATE t SET a = 1 WHERE b = 2"),
    (ALL, "UPDATE t SET a = 1 WHERE a IS NULL OR b"),
    (ALL, "UPDATE t SET a = 1 WHERE NOT a IS NULL"),
    (ALL, "UPDATE t SET a = 1 WHERE a IS NOT NULL"),
    (ALL, "UPDATE t SET a = 1, b = 2 WHERE a IS NULL"),
    (ALL, "UPDATE t SET a = (SELECT 1 WHERE a IS NULL)"),
    (ALL, "UPDATE t SET a = 1 WHERE b + a IS NULL"),
    (ALL, "UPDATE t SET (a, b) = (1, 2) WHERE a IS NULL AND b IS NULL"),
    (ALL, "ALTER TABLE t DROP COLUMN a"),
    (ALL, "ALTER TABLE t ADD COLUMN b int, DROP a"),
    (ALL, "ALTER TABLE \"a b\".\"DROP\" DROP a"),
    (ALL, "ALTER TABLE t ADD a varchar(9) DEFAULT 'x,y', DROP CONSTRAINT c"),
    (ALL, "what is this"),
    (ALL, "'never closed"),
    // Types of columns.
    (&[Postgres], "ALTER TABLE t ALTER a TYPE int"),
    (&[Postgres], "ALTER TABLE t ALTER COLUMN a TYPE int USING a::int"),
    (&[Postgres], "ALTER TABLE ONLY s.t * ALTER COLUMN a SET DATA TYPE int"),
    (&[Postgres], "ALTER TABLE t ALTER a DROP NOT NULL, ALTER b DROP EXPRESSION"),
    (&[Postgres], "ALTER TYPE pair ALTER ATTRIBUTE a TYPE int"),
    (&[Postgres], "ALTER TYPE pair DROP ATTRIBUTE a"),
    (&[MySql], "ALTER TABLE t MODIFY a tinyint"),
    (&[MySql], "ALTER TABLE t CHANGE COLUMN a b tinyint"),
    (&[MySql], "ALTER TABLE t CONVERT TO CHARACTER SET ascii"),
    (&[MySql], "ALTER TABLE t ADD b int, MODIFY a tinyint"),
    // What a table is.
    (&[Postgres], "ALTER TABLE t SET UNLOGGED"),
    (&[Postgres], "ALTER FOREIGN TABLE t DROP a"),
    (&[Postgres], "ALTER TABLE U&\"t\" ADD a int"),
    (&[MySql], "ALTER TABLE t ENGINE = BLACKHOLE"),
    (&[MySql], "ALTER TABLE t COMMENT 'x' ENGINE MEMORY"),
    (&[MySql], "ALTER TABLE t TRUNCATE PARTITION p"),
    (&[MySql], "ALTER TABLE t DROP PARTITION p"),
    (&[MySql], "ALTER TABLE t EXCHANGE PARTITION p WITH TABLE s"),
    (&[MySql], "ALTER TABLE t DISCARD TABLESPACE"),
    (&[MySql], "ALTER IGNORE TABLE t ADD UNIQUE (a)"),
    (&[MySql], "CREATE OR REPLACE TABLE t (a int)"),
    (&[MySql], "CREATE TABLE t (a int) REPLACE SELECT 1"),
    (&[MySql], "DROP /*!32312 IF EXISTS*/ t"),
    (&[MySql], "/*!50000 DROP TABLE t */"),
    (&[Postgres], "ALTER SEQUENCE s RESTART"),
    // Rows that are replaced.
    (&[MySql, Sqlite], "REPLACE INTO t VALUES (1)"),
    (&[MySql], "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1"),
    (&[Postgres, Sqlite], "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = excluded.a"),
    (&[Sqlite], "INSERT OR REPLACE INTO t VALUES (1)"),
    (&[Sqlite], "UPDATE OR REPLACE t SET a = 1 WHERE a IS NULL"),
    (&[MySql], "DELETE t FROM t JOIN s USING (id)"),
    (&[MySql], "LOAD DATA INFILE 'x' REPLACE INTO TABLE t"),
    (&[Postgres], "WITH old AS (DELETE FROM t RETURNING *) INSERT INTO s SELECT * FROM old"),
    (&[Postgres], "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE"),
    // What runs other statements.
    (&[Postgres], "DO $$ BEGIN DELETE FROM t; END $$"),
    (&[Postgres], "DO LANGUAGE plpgsql 'BEGIN DROP TABLE t; END'"),
    (&[Postgres], "DO $x$ BEGIN EXECUTE 'DROP TABLE ' || 't'; END $x$"),
    (&[Postgres], "DO $$ BEGIN ALTER TABLE t DROP a; END $$"),
    (&[Postgres], "DO $$ BEGIN IF true THEN ALTER TABLE t ADD b int, ALTER a TYPE int; END IF; END $$"),
    (&[Postgres], "DO $$ BEGIN PERFORM clean_up(); END $$"),
    (&[Postgres], "DO LANGUAGE plpython3u $$ plpy.execute('x') $$"),
    (&[Postgres], "DO E'BEGIN \\x44ROP TABLE t; END'"),
    (&[Postgres], "EXECUTE old_plan"),
    (&[Postgres], "SELECT clean_up()"),
    (&[Postgres], "SELECT lo_unlink(5)"),
    (&[Postgres], "SELECT \"clean up\"()"),
    (SERVERS, "CALL p()"),
    (&[MySql], "SET @s = 'DROP TABLE t'; PREPARE s FROM @s; EXECUTE s"),
    (&[MySql], "EXECUTE IMMEDIATE 'DROP TABLE t'"),
    (&[MySql], "SET STATEMENT max_statement_time = 1 FOR DROP TABLE t"),
    (&[MySql], "BEGIN NOT ATOMIC DROP TABLE t; END"),
    (&[MySql], "CREATE EVENT e ON SCHEDULE AT CURRENT_TIMESTAMP DO DELETE FROM t"),
    (&[MySql], "DO clean_up()"),
    (&[MySql], "RESET MASTER"),
    (&[Postgres], "DROP OWNED BY app"),
];

#[rustfmt::skip]
const LOSE_NOTHING: &[(&[Dialect], &str)] = &[
    (ALL, ""),
    (ALL, "-- DROP TABLE t"),
    (ALL, "CREATE TABLE t (id int REFERENCES s ON DELETE CASCADE)"),
    (ALL, "CREATE TABLE dropped (is_deleted int, \"truncate\" int DEFAULT 1)"),
    (ALL, "INSERT INTO t VALUES ('DROP TABLE t; DELETE FROM t')"),
    (ALL, "INSERT INTO t (a) SELECT replace(a, 'x', 'y') FROM s"),
    (ALL, "/* DELETE FROM t */ CREATE INDEX i ON t (a)"),
    (ALL, "ALTER TABLE t ADD COLUMN type varchar(9) DEFAULT 'x, DROP y'"),
    (ALL, "ALTER TABLE t RENAME COLUMN type TO kind"),
    (ALL, "ALTER TABLE \"DROP\" RENAME TO t"),
    (ALL, "UPDATE t SET a = 'x' WHERE a IS NULL"),
    (ALL, "UPDATE t SET a = 'x', B = 2 WHERE t.a IS NULL AND c > 1 AND b IS NULL"),
    (ALL, "UPDATE t SET \"a\" = (SELECT max(b) FROM s) WHERE \"A\" IS NULL"),
    (ALL, "SELECT 1"),
    (ALL, "SELECT count(*) FROM t WHERE a IN (1, 2)"),
    (ALL, "BEGIN; COMMIT"),
    (&[Postgres], "UPDATE t SET a = s.a FROM s WHERE t.a IS NULL AND s.id = t.id"),
    (&[Postgres], "ALTER TABLE t ALTER a SET NOT NULL, ALTER COLUMN b DROP NOT NULL, ALTER c DROP DEFAULT"),
    (&[Postgres], "ALTER TABLE IF EXISTS ONLY s.t ADD CONSTRAINT c CHECK (a > 0) NOT VALID, VALIDATE CONSTRAINT c"),
    (&[Postgres], "ALTER TABLE t OWNER TO app, SET (fillfactor = 70), SET LOGGED, ENABLE ROW LEVEL SECURITY"),
    (&[Postgres], "ALTER TYPE mood ADD VALUE 'type'"),
    (&[Postgres], "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, DELETE, TRUNCATE ON TABLES TO app"),
    (&[Postgres], "ALTER SEQUENCE s OWNED BY t.a"),
    (&[Postgres], "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0)"),
    (&[Postgres], "CREATE OR REPLACE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DELETE FROM t $$"),
    (&[Postgres], "CREATE FUNCTION f() RETURNS void BEGIN ATOMIC DELETE FROM t; END"),
    (&[Postgres], "CREATE OR REPLACE VIEW v AS SELECT 1"),
    (&[Postgres], "CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING"),
    (&[Postgres], "CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION f()"),
    (&[Postgres], "CREATE TRIGGER g AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION f()"),
    (&[Postgres], "CREATE POLICY p ON t FOR DELETE USING (true)"),
    (&[Postgres], "COMMENT ON TABLE t IS 'DROP it'; GRANT SELECT, DELETE, TRUNCATE ON t TO app"),
    (&[Postgres], "SELECT pg_catalog.set_config('search_path', '', false)"),
    (&[Postgres], "SELECT setval(pg_get_serial_sequence('t', 'id'), (SELECT max(id) FROM t))"),
    (&[Postgres], "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING"),
    (&[Postgres], "WITH x AS (SELECT 1) INSERT INTO t (a) SELECT * FROM x"),
    (&[Postgres], "SET lock_timeout = '1s'; RESET ALL"),
    (&[Postgres], "REFRESH MATERIALIZED VIEW CONCURRENTLY m"),
    (&[Postgres], "DO $$ BEGIN CREATE TYPE m AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$"),
    (&[Postgres], "DO $x$ BEGIN IF NOT EXISTS (SELECT 1) THEN ALTER TABLE t ADD b int; END IF; END $x$"),
    (&[Postgres], "DO $$ BEGIN RAISE NOTICE 'DROP TABLE t'; END $$ LANGUAGE plpgsql"),
    (&[MySql], "ALTER TABLE t ADD COLUMN a int AFTER b, ADD KEY (a), ALGORITHM = INPLACE, LOCK = NONE"),
    (&[MySql], "ALTER TABLE t ENGINE = InnoDB, COMMENT = 'DROP'"),
    (&[MySql], "ALTER TABLE `a`.`b` ALTER INDEX i INVISIBLE, ALTER a SET DEFAULT 1"),
    (&[MySql], "RENAME TABLE a TO b"),
    (&[MySql], "CREATE TABLE a LIKE b"),
    (&[MySql], "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN DELETE FROM s; END"),
    (&[MySql], "DELIMITER //\nCREATE PROCEDURE p() BEGIN DROP TABLE t; END//\nDELIMITER ;"),
    (&[MySql], "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO INSERT INTO t VALUES (1)"),
    (&[MySql], "INSERT INTO t VALUES ('it\\'s; DROP TABLE t')"),
    (&[MySql], "SET foreign_key_checks = 0; LOCK TABLES t WRITE; UNLOCK TABLES; DO SLEEP(0)"),
    (&[Sqlite], "PRAGMA foreign_keys = OFF"),
    (&[Sqlite], "CREATE TRIGGER g AFTER DELETE ON t BEGIN DELETE FROM s; END"),
    (&[Sqlite], "INSERT OR IGNORE INTO [drop] VALUES (1)"),
    (&[Sqlite], "CREATE TABLE t (a int UNIQUE ON CONFLICT IGNORE)"),
];

#[test]
fn what_takes_something_away() {
    for (dialects, script) in TAKE_AWAY {
        for dialect in *dialects {
            assert!(is_destructive(script, *dialect), "{dialect}: {script}");
        }
    }
}

#[test]
fn what_loses_nothing() {
    for (dialects, script) in LOSE_NOTHING {
        for dialect in *dialects {
            assert!(!is_destructive(script, *dialect), "{dialect}: {script}");
        }
    }
}
