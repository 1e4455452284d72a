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
