//! Postgres. Every case is run in a transaction that is rolled back.

use super::Case;

const USERS: &str = "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, age int)";
const TWO: &str = "CREATE TABLE orgs (id int PRIMARY KEY, code text UNIQUE);
    CREATE TABLE users (id int PRIMARY KEY, org_id int, a int, b int)";
const FUNCTION: &str = "CREATE TABLE t (id int);
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$";

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
        "schema",
        "",
        "CREATE SCHEMA app",
        "DROP SCHEMA app",
        "schema app"
    ),
    case!(
        "schema comment and grant",
        "CREATE SCHEMA app",
        "COMMENT ON SCHEMA app IS 'x'; GRANT USAGE ON SCHEMA app TO PUBLIC",
        "COMMENT ON SCHEMA app IS NULL; REVOKE USAGE ON SCHEMA app FROM PUBLIC",
        "schema app",
    ),
    case!(
        "table with everything is one change",
        "",
        "CREATE TABLE users (id serial PRIMARY KEY, email text UNIQUE, CHECK (id > 0));
         CREATE INDEX ix_users ON users (lower(email));
         COMMENT ON COLUMN users.email IS 'it''s'",
        "DROP TABLE users",
        "table public.users",
    ),
    case!(
        "unlogged",
        USERS,
        "ALTER TABLE users SET UNLOGGED",
        "ALTER TABLE users SET LOGGED",
        "table public.users",
    ),
    case!(
        "storage parameters",
        USERS,
        "ALTER TABLE users SET (fillfactor = 70, toast.autovacuum_enabled = false)",
        "ALTER TABLE users RESET (fillfactor, toast.autovacuum_enabled)",
        "table public.users",
    ),
    case!(
        "table comment",
        USERS,
        "COMMENT ON TABLE users IS 'people'",
        "COMMENT ON TABLE users IS NULL",
        "table public.users",
    ),
    case!(
        "row security",
        USERS,
        "ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        "ALTER TABLE users DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY",
        "table public.users",
    ),
    case!(
        "replica identity",
        USERS,
        "ALTER TABLE users REPLICA IDENTITY FULL",
        "ALTER TABLE users REPLICA IDENTITY DEFAULT",
        "table public.users",
    ),
    case!(
        "inheritance",
        "CREATE TABLE base (id int); CREATE TABLE child (id int)",
        "ALTER TABLE child INHERIT base",
        "ALTER TABLE child NO INHERIT base",
        "table public.child",
    ),
    case!(
        "partition",
        "CREATE TABLE log (at date PRIMARY KEY) PARTITION BY RANGE (at);
         CREATE INDEX ix_log ON log (at DESC)",
        "CREATE TABLE log_2026 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
        "DROP TABLE log_2026",
        "table public.log_2026",
    ),
    case!(
        "detached partition",
        "CREATE TABLE log (at date, n int) PARTITION BY RANGE (at);
         CREATE TABLE log_2026 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
        "ALTER TABLE log DETACH PARTITION log_2026",
        "ALTER TABLE log ATTACH PARTITION log_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
        "table public.log_2026",
    ),
    case!(
        "table grant",
        USERS,
        "GRANT SELECT, INSERT ON users TO PUBLIC",
        "REVOKE SELECT, INSERT ON users FROM PUBLIC",
        "table public.users",
    ),
    case!(
        "column",
        USERS,
        "ALTER TABLE users ADD name text",
        "ALTER TABLE users DROP name",
        "column public.users.name",
    ),
    case!(
        "column type",
        USERS,
        "ALTER TABLE users ALTER age TYPE bigint",
        "ALTER TABLE users ALTER age TYPE int",
        "column public.users.age",
    ),
    case!(
        "not null and default",
        USERS,
        "ALTER TABLE users ALTER age SET NOT NULL, ALTER age SET DEFAULT 18",
        "ALTER TABLE users ALTER age DROP NOT NULL, ALTER age DROP DEFAULT",
        "column public.users.age",
    ),
    case!(
        "identity",
        "CREATE TABLE t (id int NOT NULL)",
        "ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY (START 5)",
        "ALTER TABLE t ALTER id DROP IDENTITY",
        "column public.t.id",
    ),
    case!(
        "generated",
        "CREATE TABLE t (a int)",
        "ALTER TABLE t ADD b int GENERATED ALWAYS AS (a * 2) STORED",
        "ALTER TABLE t DROP b",
        "column public.t.b",
    ),
    case!(
        "column collation",
        USERS,
        "ALTER TABLE users ALTER email TYPE text COLLATE \"C\"",
        "ALTER TABLE users ALTER email TYPE text",
        "column public.users.email",
    ),
    case!(
        "storage and statistics",
        USERS,
        "ALTER TABLE users ALTER email SET STORAGE EXTERNAL, ALTER email SET STATISTICS 500",
        "ALTER TABLE users ALTER email SET STORAGE EXTENDED, ALTER email SET STATISTICS -1",
        "column public.users.email",
    ),
    case!(
        "column comment and grant",
        USERS,
        "COMMENT ON COLUMN users.email IS 'x'; GRANT SELECT (email) ON users TO PUBLIC",
        "COMMENT ON COLUMN users.email IS NULL; REVOKE SELECT (email) ON users FROM PUBLIC",
        "column public.users.email",
    ),
    case!(
        "unique",
        USERS,
        "ALTER TABLE users ADD UNIQUE (email)",
        "ALTER TABLE users DROP CONSTRAINT users_email_key",
        "unique constraint public.users.users_email_key",
    ),
    case!(
        "check, not valid and then valid",
        "CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
        "ALTER TABLE t VALIDATE CONSTRAINT c",
        "ALTER TABLE t DROP CONSTRAINT c; ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
        "check constraint public.t.c",
    ),
    case!(
        "exclusion",
        "CREATE TABLE t (during tsrange)",
        "ALTER TABLE t ADD CONSTRAINT x EXCLUDE USING gist (during WITH &&)",
        "ALTER TABLE t DROP CONSTRAINT x",
        "exclusion constraint public.t.x",
    ),
    case!(
        "foreign key",
        TWO,
        "ALTER TABLE users ADD CONSTRAINT fk FOREIGN KEY (org_id) REFERENCES orgs
         ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
        "ALTER TABLE users DROP CONSTRAINT fk",
        "foreign key public.users.fk",
    ),
    case!(
        "foreign key's deferrability",
        "CREATE TABLE o (id int PRIMARY KEY); CREATE TABLE u (o int CONSTRAINT fk REFERENCES o)",
        "ALTER TABLE u ALTER CONSTRAINT fk DEFERRABLE",
        "ALTER TABLE u ALTER CONSTRAINT fk NOT DEFERRABLE",
        "foreign key public.u.fk",
    ),
    case!(
        "index",
        USERS,
        "CREATE UNIQUE INDEX ix ON users USING btree (lower(email) text_pattern_ops DESC NULLS LAST)
         INCLUDE (age) WHERE age > 3",
        "DROP INDEX ix",
        "index public.users.ix",
    ),
    case!(
        "clustered index",
        "CREATE TABLE t (a int); CREATE INDEX ix ON t (a)",
        "ALTER TABLE t CLUSTER ON ix",
        "ALTER TABLE t SET WITHOUT CLUSTER",
        "index public.t.ix",
    ),
    case!(
        "index comment",
        "CREATE TABLE t (a int); CREATE INDEX ix ON t (a)",
        "COMMENT ON INDEX ix IS 'x'",
        "COMMENT ON INDEX ix IS NULL",
        "index public.t.ix",
    ),
    case!(
        "statistics",
        TWO,
        "CREATE STATISTICS st (dependencies) ON a, b FROM users",
        "DROP STATISTICS st",
        "statistics public.users.st",
    ),
    case!(
        "view",
        USERS,
        "CREATE VIEW v AS SELECT id, 'now'::timestamp FROM users",
        "DROP VIEW v",
        "view public.v",
    ),
    case!(
        "view query and option",
        "CREATE VIEW v AS SELECT 1 AS a",
        "CREATE OR REPLACE VIEW v WITH (security_barrier) AS SELECT 2 AS a",
        "ALTER VIEW v RESET (security_barrier); CREATE OR REPLACE VIEW v AS SELECT 1 AS a",
        "view public.v",
    ),
    case!(
        "materialised view and its index",
        "",
        "CREATE MATERIALIZED VIEW m AS SELECT 1 AS a; CREATE INDEX ix ON m (a)",
        "DROP MATERIALIZED VIEW m",
        "materialized view public.m",
    ),
    case!(
        "sequence",
        "",
        "CREATE SEQUENCE s AS int INCREMENT 2 MAXVALUE 100 CYCLE; SELECT nextval('s')",
        "DROP SEQUENCE s",
        "sequence public.s",
    ),
    case!(
        "sequence counter is no change, ownership is",
        "CREATE SEQUENCE s; CREATE TABLE t (a int)",
        "SELECT nextval('s'); ALTER SEQUENCE s OWNED BY t.a",
        "ALTER SEQUENCE s OWNED BY NONE",
        "sequence public.s",
    ),
    case!(
        "enum",
        "",
        "CREATE TYPE mood AS ENUM ('sad', 'it''s')",
        "DROP TYPE mood",
        "enum public.mood",
    ),
    case!(
        "enum label",
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
        "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'",
        "ALTER TYPE mood RENAME VALUE 'fine' TO 'ok'",
        "enum public.mood",
    ),
    case!(
        "domain",
        "CREATE DOMAIN d AS text",
        "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE <> ''); ALTER DOMAIN d SET NOT NULL;
         ALTER DOMAIN d SET DEFAULT 'x'",
        "ALTER DOMAIN d DROP CONSTRAINT c; ALTER DOMAIN d DROP NOT NULL; ALTER DOMAIN d DROP DEFAULT",
        "domain public.d",
    ),
    case!(
        "composite type",
        "CREATE TYPE pair AS (a int, b text)",
        "ALTER TYPE pair ADD ATTRIBUTE c date",
        "ALTER TYPE pair DROP ATTRIBUTE c",
        "composite type public.pair",
    ),
    case!(
        "range type",
        "",
        "CREATE TYPE floats AS RANGE (subtype = float8, subtype_diff = float8mi)",
        "DROP TYPE floats",
        "range type public.floats",
    ),
    case!(
        "collation",
        "",
        "CREATE COLLATION german (provider = icu, locale = 'de')",
        "DROP COLLATION german",
        "collation public.german",
    ),
    case!(
        "function",
        "CREATE FUNCTION f(a int, b text DEFAULT 'x') RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION f(a int, b text DEFAULT 'x') RETURNS int LANGUAGE sql STABLE AS 'SELECT 2'",
        "CREATE OR REPLACE FUNCTION f(a int, b text DEFAULT 'x') RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "function public.f(a integer, b text)",
    ),
    case!(
        "function grant",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC",
        "GRANT EXECUTE ON FUNCTION f() TO PUBLIC",
        "function public.f()",
    ),
    case!(
        "procedure",
        "",
        "CREATE PROCEDURE p(INOUT a int) LANGUAGE plpgsql AS $$ BEGIN a := 1; END $$",
        "DROP PROCEDURE p",
        "procedure public.p(INOUT a integer)",
    ),
    case!(
        "aggregate",
        "",
        "CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int, initcond = '0')",
        "DROP AGGREGATE total(int)",
        "aggregate public.total(integer)",
    ),
    case!(
        "operator",
        "",
        "CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq)",
        "DROP OPERATOR === (int, int)",
        "operator public.===(integer, integer)",
    ),
    case!(
        "cast",
        "CREATE TYPE pair AS (a int)",
        "CREATE CAST (text AS pair) WITH INOUT AS ASSIGNMENT",
        "DROP CAST (text AS pair)",
        "cast (text AS public.pair)",
    ),
    case!(
        "trigger",
        FUNCTION,
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "DROP TRIGGER g ON t",
        "trigger public.t.g",
    ),
    case!(
        "disabled trigger",
        "CREATE TABLE t (id int);
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
         CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "ALTER TABLE t DISABLE TRIGGER g",
        "ALTER TABLE t ENABLE TRIGGER g",
        "trigger public.t.g",
    ),
    case!(
        "rule",
        USERS,
        "CREATE RULE r AS ON DELETE TO users DO INSTEAD NOTHING",
        "DROP RULE r ON users",
        "rule public.users.r",
    ),
    case!(
        "policy",
        USERS,
        "CREATE POLICY p ON users AS RESTRICTIVE FOR SELECT TO CURRENT_USER USING (age > 1)",
        "DROP POLICY p ON users",
        "policy public.users.p",
    ),
    case!(
        "event trigger",
        "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$",
        "CREATE EVENT TRIGGER e ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION f()",
        "DROP EVENT TRIGGER e",
        "event trigger e",
    ),
    case!(
        "publication",
        USERS,
        "CREATE PUBLICATION p FOR TABLE users (id, email) WHERE (id > 1) WITH (publish = 'insert')",
        "DROP PUBLICATION p",
        "publication p",
    ),
    case!(
        "language",
        "",
        "CREATE LANGUAGE own HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler",
        "DROP LANGUAGE own",
        "language own",
    ),
    case!(
        "language, its trust and privileges",
        "CREATE TRUSTED LANGUAGE own HANDLER plpgsql_call_handler",
        "CREATE OR REPLACE TRUSTED LANGUAGE own HANDLER plpgsql_call_handler VALIDATOR plpgsql_validator;
         REVOKE USAGE ON LANGUAGE own FROM PUBLIC; COMMENT ON LANGUAGE own IS 'x'",
        "CREATE OR REPLACE TRUSTED LANGUAGE own HANDLER plpgsql_call_handler;
         GRANT USAGE ON LANGUAGE own TO PUBLIC; COMMENT ON LANGUAGE own IS NULL",
        "language own",
    ),
    case!(
        "transform",
        "",
        "CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal))",
        "DROP TRANSFORM FOR int LANGUAGE sql",
        "transform FOR integer LANGUAGE sql",
    ),
    case!(
        "access method",
        "",
        "CREATE ACCESS METHOD own TYPE TABLE HANDLER heap_tableam_handler",
        "DROP ACCESS METHOD own",
        "access method own",
    ),
    case!(
        "conversion",
        "",
        "CREATE CONVERSION own FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
        "DROP CONVERSION own",
        "conversion public.own",
    ),
    case!(
        "text search parser and template",
        "",
        "CREATE TEXT SEARCH PARSER tp
           (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
         CREATE TEXT SEARCH TEMPLATE tt (INIT = dsimple_init, LEXIZE = dsimple_lexize)",
        "DROP TEXT SEARCH PARSER tp; DROP TEXT SEARCH TEMPLATE tt",
        "text search parser public.tp",
        "text search template public.tt",
    ),
    case!(
        "subscription",
        "",
        "CREATE SUBSCRIPTION s CONNECTION 'dbname=nowhere password=secret' PUBLICATION p
           WITH (connect = false, slot_name = NONE)",
        "DROP SUBSCRIPTION s",
        "subscription s",
    ),
    case!(
        "what a subscription is of",
        "CREATE SUBSCRIPTION s CONNECTION 'dbname=nowhere' PUBLICATION p
           WITH (connect = false, slot_name = NONE)",
        "ALTER SUBSCRIPTION s SET (binary = true); COMMENT ON SUBSCRIPTION s IS 'x'",
        "ALTER SUBSCRIPTION s SET (binary = false); COMMENT ON SUBSCRIPTION s IS NULL",
        "subscription s",
    ),
    case!(
        "default privileges",
        "",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM PUBLIC",
        "default privileges FOR ROLE postgres IN SCHEMA public ON TABLES",
    ),
    case!(
        "text search",
        "",
        "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple, STOPWORDS = english);
         CREATE TEXT SEARCH CONFIGURATION c (COPY = simple);
         ALTER TEXT SEARCH CONFIGURATION c ALTER MAPPING FOR word WITH d, simple",
        "DROP TEXT SEARCH CONFIGURATION c; DROP TEXT SEARCH DICTIONARY d",
        "text search dictionary public.d",
        "text search configuration public.c",
    ),
    case!(
        "owners",
        "CREATE SCHEMA app; CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE t (a int);
         CREATE SEQUENCE s; CREATE VIEW v AS SELECT 1 AS a;
         CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER SCHEMA app OWNER TO pg_monitor; ALTER TYPE mood OWNER TO pg_monitor;
         ALTER TABLE t OWNER TO pg_monitor; ALTER SEQUENCE s OWNER TO pg_monitor;
         ALTER VIEW v OWNER TO pg_monitor; ALTER FUNCTION f() OWNER TO pg_monitor",
        "ALTER SCHEMA app OWNER TO CURRENT_USER; ALTER TYPE mood OWNER TO CURRENT_USER;
         ALTER TABLE t OWNER TO CURRENT_USER; ALTER SEQUENCE s OWNER TO CURRENT_USER;
         ALTER VIEW v OWNER TO CURRENT_USER; ALTER FUNCTION f() OWNER TO CURRENT_USER",
        "schema app",
        "enum public.mood",
        "function public.f()",
        "sequence public.s",
        "table public.t",
        "view public.v",
    ),
    case!(
        "owner of public",
        "",
        "ALTER SCHEMA public OWNER TO pg_monitor",
        "ALTER SCHEMA public OWNER TO pg_database_owner",
        "schema public",
    ),
    case!(
        "operator class and family",
        "",
        "CREATE OPERATOR CLASS oc FOR TYPE int USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(int)",
        "DROP OPERATOR FAMILY oc USING hash CASCADE",
        "operator family public.oc USING hash",
        "operator class public.oc USING hash",
    ),
    case!(
        "member of an operator family",
        "CREATE OPERATOR FAMILY fam USING btree",
        "ALTER OPERATOR FAMILY fam USING btree ADD OPERATOR 1 < (int4, int2)",
        "ALTER OPERATOR FAMILY fam USING btree DROP OPERATOR 1 (int4, int2)",
        "operator family public.fam USING btree",
    ),
    case!(
        "base type",
        "CREATE TYPE b; CREATE FUNCTION b_in(cstring) RETURNS b LANGUAGE internal IMMUTABLE STRICT AS 'textin';
         CREATE FUNCTION b_out(b) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
         CREATE TYPE b (INPUT = b_in, OUTPUT = b_out, LIKE = text)",
        "ALTER TYPE b SET (STORAGE = external)",
        "ALTER TYPE b SET (STORAGE = extended)",
        "base type public.b",
    ),
    case!(
        "foreign data",
        "",
        "CREATE FOREIGN DATA WRAPPER w OPTIONS (debug 'true');
         CREATE SERVER s TYPE 't' VERSION '1' FOREIGN DATA WRAPPER w OPTIONS (host 'h');
         CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (name 'n', password 'secret')",
        "DROP FOREIGN DATA WRAPPER w CASCADE",
        "foreign data wrapper w",
        "server s",
        "user mapping FOR PUBLIC SERVER s",
    ),
    case!(
        "foreign table",
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
         CREATE FOREIGN TABLE t (a int) SERVER s",
        "ALTER FOREIGN TABLE t OPTIONS (ADD path '/x'), ALTER a OPTIONS (ADD name 'b')",
        "ALTER FOREIGN TABLE t OPTIONS (DROP path), ALTER a OPTIONS (DROP name)",
        "table public.t",
        "column public.t.a",
    ),
    case!(
        "compression and column options",
        USERS,
        "ALTER TABLE users ALTER email SET COMPRESSION pglz, ALTER email SET (n_distinct = 5)",
        "ALTER TABLE users ALTER email SET COMPRESSION default, ALTER email RESET (n_distinct)",
        "column public.users.email",
    ),
    case!(
        "statistics of a materialised view and of an index",
        "CREATE MATERIALIZED VIEW m AS SELECT 1 AS a; CREATE INDEX ix ON m ((a + 1))",
        "ALTER MATERIALIZED VIEW m ALTER a SET STATISTICS 7; ALTER INDEX ix ALTER 1 SET STATISTICS 8",
        "ALTER MATERIALIZED VIEW m ALTER a SET STATISTICS -1; ALTER INDEX ix ALTER 1 SET STATISTICS -1",
        "column public.m.a",
        "index public.m.ix",
    ),
    case!(
        "target of extended statistics",
        "CREATE TABLE t (a int, b int); CREATE STATISTICS st ON a, b FROM t",
        "ALTER STATISTICS st SET STATISTICS 50",
        "ALTER STATISTICS st SET STATISTICS -1",
        "statistics public.t.st",
    ),
    case!(
        "bounds of a partition",
        "CREATE TABLE log (at date) PARTITION BY RANGE (at);
         CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
        "ALTER TABLE log DETACH PARTITION log_1;
         ALTER TABLE log ATTACH PARTITION log_1 FOR VALUES FROM ('2026-01-01') TO ('2028-01-01')",
        "ALTER TABLE log DETACH PARTITION log_1;
         ALTER TABLE log ATTACH PARTITION log_1 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
        "table public.log_1",
    ),
    case!(
        "column that is inherited alone",
        "CREATE TABLE base (id int); CREATE TABLE child () INHERITS (base)",
        "ALTER TABLE child NO INHERIT base; ALTER TABLE child INHERIT base",
        "DROP TABLE child; CREATE TABLE child () INHERITS (base)",
        "column public.child.id",
    ),
    case!(
        "row filter of a publication",
        "CREATE TABLE t (a int PRIMARY KEY); CREATE PUBLICATION p FOR TABLE t WHERE (a > 1)",
        "ALTER PUBLICATION p SET TABLE t WHERE (a > 2)",
        "ALTER PUBLICATION p SET TABLE t WHERE (a > 1)",
        "publication p",
    ),
    case!(
        "grant on the sequence of an identity",
        "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY)",
        "GRANT USAGE ON SEQUENCE t_id_seq TO PUBLIC",
        "REVOKE USAGE ON SEQUENCE t_id_seq FROM PUBLIC",
        "sequence public.t_id_seq",
    ),
    case!(
        "option of the sequence of an identity",
        "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY)",
        "ALTER SEQUENCE t_id_seq INCREMENT 5",
        "ALTER SEQUENCE t_id_seq INCREMENT 1",
        "column public.t.id",
    ),
    case!(
        "time that a person wrote",
        "CREATE TABLE t (at timestamp DEFAULT '2020-01-01 00:00:00.25'::timestamp)",
        "ALTER TABLE t ALTER at SET DEFAULT '2020-01-01 00:00:00.5'::timestamp",
        "ALTER TABLE t ALTER at SET DEFAULT '2020-01-01 00:00:00.25'::timestamp",
        "column public.t.at",
    ),
    case!(
        "comments on what belongs to a table",
        "CREATE TABLE t (a int PRIMARY KEY, b int CONSTRAINT pos CHECK (b > 0));
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
         CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
         CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING;
         CREATE POLICY p ON t USING (true); CREATE STATISTICS st ON a, b FROM t",
        "COMMENT ON INDEX t_pkey IS 'x'; COMMENT ON CONSTRAINT pos ON t IS 'x';
         COMMENT ON TRIGGER g ON t IS 'x'; COMMENT ON RULE r ON t IS 'x';
         COMMENT ON POLICY p ON t IS 'x'; COMMENT ON STATISTICS st IS 'x'",
        "COMMENT ON INDEX t_pkey IS NULL; COMMENT ON CONSTRAINT pos ON t IS NULL;
         COMMENT ON TRIGGER g ON t IS NULL; COMMENT ON RULE r ON t IS NULL;
         COMMENT ON POLICY p ON t IS NULL; COMMENT ON STATISTICS st IS NULL",
        "primary key public.t.t_pkey",
        "check constraint public.t.pos",
        "statistics public.t.st",
        "trigger public.t.g",
        "rule public.t.r",
        "policy public.t.p",
    ),
    case!(
        "comments on types",
        "CREATE TYPE mood AS ENUM ('ok'); CREATE DOMAIN d AS int CONSTRAINT pos CHECK (VALUE > 0);
         CREATE TYPE pair AS (a int); CREATE TYPE fr AS RANGE (subtype = float8)",
        "COMMENT ON TYPE mood IS 'x'; COMMENT ON CONSTRAINT pos ON DOMAIN d IS 'x';
         COMMENT ON COLUMN pair.a IS 'x'; COMMENT ON TYPE fr IS 'x'",
        "COMMENT ON TYPE mood IS NULL; COMMENT ON CONSTRAINT pos ON DOMAIN d IS NULL;
         COMMENT ON COLUMN pair.a IS NULL; COMMENT ON TYPE fr IS NULL",
        "enum public.mood",
        "domain public.d",
        "composite type public.pair",
        "range type public.fr",
    ),
    case!(
        "comments on what is called",
        "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
         CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int);
         CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq);
         CREATE TYPE pair AS (a int); CREATE CAST (text AS pair) WITH INOUT;
         CREATE COLLATION co (locale = 'C'); CREATE TEXT SEARCH CONFIGURATION tc (COPY = simple);
         CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION f(); CREATE PUBLICATION p",
        "COMMENT ON FUNCTION f() IS 'x'; COMMENT ON AGGREGATE total(int) IS 'x';
         COMMENT ON OPERATOR === (int, int) IS 'x'; COMMENT ON CAST (text AS pair) IS 'x';
         COMMENT ON COLLATION co IS 'x'; COMMENT ON TEXT SEARCH CONFIGURATION tc IS 'x';
         COMMENT ON EVENT TRIGGER e IS 'x'; COMMENT ON PUBLICATION p IS 'x'",
        "COMMENT ON FUNCTION f() IS NULL; COMMENT ON AGGREGATE total(int) IS NULL;
         COMMENT ON OPERATOR === (int, int) IS NULL; COMMENT ON CAST (text AS pair) IS NULL;
         COMMENT ON COLLATION co IS NULL; COMMENT ON TEXT SEARCH CONFIGURATION tc IS NULL;
         COMMENT ON EVENT TRIGGER e IS NULL; COMMENT ON PUBLICATION p IS NULL",
        "collation public.co",
        "text search configuration public.tc",
        "function public.f()",
        "aggregate public.total(integer)",
        "operator public.===(integer, integer)",
        "cast (text AS public.pair)",
        "event trigger e",
        "publication p",
    ),
    case!(
        "new name of a column, in what names it",
        "CREATE TABLE orgs (id int PRIMARY KEY);
         CREATE TABLE users (org int CONSTRAINT fk REFERENCES orgs); CREATE VIEW v AS SELECT id AS k FROM orgs",
        "ALTER TABLE orgs RENAME id TO key",
        "ALTER TABLE orgs RENAME key TO id",
        "column public.orgs.id",
        "column public.orgs.key",
        "primary key public.orgs.orgs_pkey",
        "foreign key public.users.fk",
        "view public.v",
    ),
    case!(
        "new name of a type, in what names it",
        "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (m mood, ms mood[] DEFAULT '{}');
         CREATE FUNCTION f(mood) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TYPE mood RENAME TO feel",
        "ALTER TYPE feel RENAME TO mood",
        "enum public.feel",
        "enum public.mood",
        "function public.f(public.feel)",
        "function public.f(public.mood)",
        "column public.t.m",
        "column public.t.ms",
    ),
    case!(
        "new name of a function, in what calls it",
        "CREATE TABLE t (id int);
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
         CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "ALTER FUNCTION f() RENAME TO h",
        "ALTER FUNCTION h() RENAME TO f",
        "function public.f()",
        "function public.h()",
        "trigger public.t.g",
    ),
    case!(
        "new name of a schema",
        "CREATE SCHEMA app; CREATE TABLE app.t (id int); CREATE VIEW v AS SELECT id FROM app.t",
        "ALTER SCHEMA app RENAME TO lib",
        "ALTER SCHEMA lib RENAME TO app",
        "schema app",
        "schema lib",
        "table app.t",
        "table lib.t",
        "view public.v",
    ),
    case!(
        "nothing that is part of a schema",
        "CREATE TABLE t (id int PRIMARY KEY); CREATE SEQUENCE s",
        "INSERT INTO t VALUES (1); UPDATE t SET id = 2; SELECT nextval('s'); ANALYZE t; TRUNCATE t;
         CREATE TEMP TABLE x (a int); LOCK TABLE t IN ACCESS EXCLUSIVE MODE",
        "DROP TABLE IF EXISTS x",
    ),
    case!(
        "column order",
        USERS,
        "ALTER TABLE users RENAME email TO email_; ALTER TABLE users ADD email text NOT NULL;
         ALTER TABLE users DROP email_",
        "ALTER TABLE users RENAME age TO age_; ALTER TABLE users ADD age int;
         ALTER TABLE users DROP age_",
        "column order public.users",
    ),
    case!(
        "history table",
        "CREATE TABLE orgs (id int)",
        "CREATE TABLE _migcheck_revisions (id serial PRIMARY KEY, at timestamp);
         CREATE INDEX ON _migcheck_revisions (at)",
        "DROP TABLE _migcheck_revisions",
    ),
];

/// Needs the extension's files on the server, which are in the official images.
pub const EXTENSION: Case = case!(
    "extension",
    "",
    "CREATE EXTENSION hstore",
    "DROP EXTENSION hstore",
    "extension hstore",
);

/// The cases that a server has beyond those of all, by its name.
pub fn newer(server: &str) -> &'static [Case] {
    let release = server
        .rsplit(':')
        .next()
        .and_then(|number| number.parse().ok());
    if release.is_some_and(|release: u32| release >= 18) {
        SINCE_18
    } else {
        &[]
    }
}

const SINCE_18: &[Case] = &[
    case!(
        "named NOT NULL, not valid",
        "CREATE TABLE t (a int)",
        "ALTER TABLE t ADD CONSTRAINT nn NOT NULL a NOT VALID",
        "ALTER TABLE t DROP CONSTRAINT nn",
        "column public.t.a",
    ),
    case!(
        "name of a NOT NULL",
        "CREATE TABLE t (a int CONSTRAINT one NOT NULL)",
        "ALTER TABLE t RENAME CONSTRAINT one TO other",
        "ALTER TABLE t RENAME CONSTRAINT other TO one",
        "column public.t.a",
    ),
    case!(
        "virtual column",
        "CREATE TABLE t (a int)",
        "ALTER TABLE t ADD b int GENERATED ALWAYS AS (a * 2) VIRTUAL",
        "ALTER TABLE t DROP b",
        "column public.t.b",
    ),
    case!(
        "foreign key that is not enforced",
        "CREATE TABLE o (id int PRIMARY KEY); CREATE TABLE u (o int CONSTRAINT fk REFERENCES o)",
        "ALTER TABLE u ALTER CONSTRAINT fk NOT ENFORCED",
        "ALTER TABLE u ALTER CONSTRAINT fk ENFORCED",
        "foreign key public.u.fk",
    ),
    case!(
        "check that is not enforced",
        "CREATE TABLE t (a int)",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT ENFORCED",
        "ALTER TABLE t DROP CONSTRAINT c",
        "check constraint public.t.c",
    ),
    case!(
        "generated columns of a publication",
        "CREATE TABLE t (a int); CREATE PUBLICATION p FOR TABLE t",
        "ALTER PUBLICATION p SET (publish_generated_columns = stored)",
        "ALTER PUBLICATION p SET (publish_generated_columns = none)",
        "publication p",
    ),
];
