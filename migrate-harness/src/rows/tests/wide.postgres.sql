CREATE EXTENSION IF NOT EXISTS hstore;
CREATE EXTENSION IF NOT EXISTS citext;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE address AS (street text, number integer, tags text[]);
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN email AS text NOT NULL CHECK (VALUE ~ '^[^@]+@[^@]+\.[a-z]{2,}$');
CREATE DOMAIN work_email AS email CHECK (length(VALUE) < 40);
CREATE TABLE numbers (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    a smallint NOT NULL, b integer NOT NULL, c bigint NOT NULL, d numeric(10, 2) NOT NULL, e numeric NOT NULL,
    f real NOT NULL, g double precision NOT NULL, h boolean NOT NULL, i money NOT NULL, j numeric(5, 5) NOT NULL,
    k numeric(1000, 500), twice integer GENERATED ALWAYS AS (a * 2) STORED
);
CREATE TABLE texts (
    id bigserial PRIMARY KEY,
    a text NOT NULL, b varchar(255) NOT NULL, c char(3) NOT NULL, d bytea NOT NULL, e citext NOT NULL, f name NOT NULL,
    g "char" NOT NULL, h varchar NOT NULL UNIQUE, i char(2) NOT NULL UNIQUE, j xml, k jsonb NOT NULL, l json NOT NULL,
    m tsvector NOT NULL, n tsquery NOT NULL, o hstore NOT NULL, p uuid NOT NULL, q bit(7) NOT NULL, r bit varying(5) NOT NULL
);
CREATE TABLE times (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    a date NOT NULL, b time NOT NULL, c timetz NOT NULL, d timestamp NOT NULL, e timestamptz NOT NULL, f interval NOT NULL,
    g timestamptz(3) NOT NULL DEFAULT now(), h daterange NOT NULL, i tstzrange NOT NULL, j int4range NOT NULL,
    k nummultirange NOT NULL, l numrange NOT NULL UNIQUE
);
CREATE TABLE others (
    id mood PRIMARY KEY,
    a mood[] NOT NULL, b integer[] NOT NULL, c text[][] NOT NULL, d address NOT NULL, e address[] NOT NULL,
    f positive NOT NULL, g work_email, h inet NOT NULL, i cidr NOT NULL, j macaddr NOT NULL, k macaddr8 NOT NULL,
    l point NOT NULL, m line NOT NULL, n lseg NOT NULL, o box NOT NULL, p path NOT NULL, q polygon NOT NULL,
    r circle NOT NULL, s uuid[] NOT NULL, t bytea[] NOT NULL, u positive[] NOT NULL, v oid NOT NULL, w mood
);
CREATE TABLE tenants (id integer PRIMARY KEY, slug text NOT NULL);
CREATE UNIQUE INDEX ON tenants (lower(slug)) WHERE id > 0;
CREATE TABLE users (
    tenant_id integer NOT NULL REFERENCES tenants, id integer NOT NULL, manager_id integer, email text NOT NULL,
    PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, email),
    FOREIGN KEY (tenant_id, manager_id) REFERENCES users (tenant_id, id)
);
CREATE TABLE teams (tenant_id integer REFERENCES tenants, name text, PRIMARY KEY (tenant_id, name));
CREATE TABLE memberships (
    tenant_id integer NOT NULL, user_id integer NOT NULL, team text NOT NULL, role text NOT NULL,
    PRIMARY KEY (tenant_id, user_id, team),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, team) REFERENCES teams,
    CHECK (role IN ('owner', 'member'))
);
CREATE TABLE profiles (
    tenant_id integer NOT NULL, user_id integer NOT NULL, PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users
);
CREATE TABLE loose_a (id integer PRIMARY KEY, b_id integer);
CREATE TABLE loose_b (id integer PRIMARY KEY, a_id integer NOT NULL REFERENCES loose_a);
ALTER TABLE loose_a ADD FOREIGN KEY (b_id) REFERENCES loose_b;
CREATE TABLE tight_a (id integer PRIMARY KEY, b_id integer NOT NULL);
CREATE TABLE tight_b (id integer PRIMARY KEY, a_id integer NOT NULL REFERENCES tight_a DEFERRABLE);
ALTER TABLE tight_a ADD FOREIGN KEY (b_id) REFERENCES tight_b DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE employees (id integer PRIMARY KEY, boss integer NOT NULL REFERENCES employees);
CREATE TABLE checked (
    id integer PRIMARY KEY CHECK (id > 0 AND id < 100000),
    state text NOT NULL CHECK (state IN ('queued', 'running')),
    attempts integer NOT NULL CHECK (attempts BETWEEN 3 AND 10),
    code text NOT NULL UNIQUE CHECK (code ~ '^[A-Z]{2}-\d{4}$'),
    name text NOT NULL CHECK (char_length(name) >= 5 AND char_length(name) <= 12),
    pin text NOT NULL UNIQUE CHECK (length(pin) = 6),
    mail varchar(50) NOT NULL UNIQUE CHECK (mail LIKE '%@%.org'),
    lowered text NOT NULL CHECK (lowered = lower(lowered) AND lowered <> ''),
    object text NOT NULL CHECK (object::jsonb ? 'kind'),
    shape jsonb NOT NULL CHECK (jsonb_typeof(shape) = 'array'),
    starts date NOT NULL, ends date NOT NULL, CHECK (starts < ends),
    low numeric(6, 2) NOT NULL, high numeric(6, 2) NOT NULL, CHECK (low >= 0 AND high > low AND high <= 100),
    a integer, b integer, CHECK (a IS NOT NULL OR b IS NOT NULL), CHECK ((a IS NULL) <> (b IS NULL)),
    ratio double precision NOT NULL CHECK (ratio > 0 AND ratio <= 1),
    flags bytea NOT NULL CHECK (octet_length(flags) = 4),
    month text NOT NULL CHECK (month ~ '^\d{4}-(0[1-9]|1[0-2])$')
);
CREATE TABLE by_range (id integer NOT NULL, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE by_range_2024 PARTITION OF by_range FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE by_list (id integer NOT NULL, kind text NOT NULL) PARTITION BY LIST (kind);
CREATE TABLE by_list_a PARTITION OF by_list FOR VALUES IN ('a', 'b');
CREATE TABLE by_hash (id integer PRIMARY KEY, note text) PARTITION BY HASH (id);
CREATE TABLE by_hash_0 PARTITION OF by_hash FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE SCHEMA "Other";
CREATE TABLE "Other"."Odd ""name""" ("Id" integer PRIMARY KEY, "va'lue" text NOT NULL DEFAULT 'x', "order" integer);
CREATE TABLE no_columns ();
CREATE TABLE all_defaults (id serial, at timestamptz DEFAULT now());
