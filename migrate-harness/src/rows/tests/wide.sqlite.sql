CREATE TABLE numbers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    a INTEGER NOT NULL, b BIGINT NOT NULL, c REAL NOT NULL, d DECIMAL(10, 2) NOT NULL, e NUMERIC NOT NULL,
    f BOOLEAN NOT NULL, twice INTEGER AS (a * 2) STORED
);
CREATE TABLE texts (
    id TEXT PRIMARY KEY NOT NULL,
    a TEXT NOT NULL, b VARCHAR(255) NOT NULL, c CHAR(3) NOT NULL, d BLOB NOT NULL, e JSON NOT NULL, f UUID NOT NULL UNIQUE,
    g DATE NOT NULL, h DATETIME NOT NULL, i TIMESTAMP NOT NULL, j TIME NOT NULL, k NOT NULL
) WITHOUT ROWID;
CREATE TABLE strict (id INTEGER PRIMARY KEY, a INT NOT NULL, b TEXT NOT NULL, c BLOB NOT NULL, d REAL NOT NULL, e ANY) STRICT;
CREATE TABLE tenants (id INTEGER PRIMARY KEY, slug TEXT NOT NULL);
CREATE UNIQUE INDEX tenants_slug ON tenants (lower(slug)) WHERE id > 0;
CREATE TABLE users (
    tenant_id INTEGER NOT NULL REFERENCES tenants, id INTEGER NOT NULL, manager_id INTEGER, email TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, email),
    FOREIGN KEY (tenant_id, manager_id) REFERENCES users (tenant_id, id)
);
CREATE TABLE teams (tenant_id INTEGER NOT NULL REFERENCES tenants, name TEXT NOT NULL, PRIMARY KEY (tenant_id, name));
CREATE TABLE memberships (
    tenant_id INTEGER NOT NULL, user_id INTEGER NOT NULL, team TEXT NOT NULL, role TEXT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, team),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, team) REFERENCES teams,
    CHECK (role IN ('owner', 'member'))
);
CREATE TABLE loose_a (id INTEGER PRIMARY KEY, b_id INTEGER REFERENCES loose_b);
CREATE TABLE loose_b (id INTEGER PRIMARY KEY, a_id INTEGER NOT NULL REFERENCES loose_a);
CREATE TABLE tight_a (id INTEGER PRIMARY KEY, b_id INTEGER NOT NULL REFERENCES tight_b);
CREATE TABLE tight_b (id INTEGER PRIMARY KEY, a_id INTEGER NOT NULL REFERENCES tight_a);
CREATE TABLE employees (id INTEGER PRIMARY KEY, boss INTEGER NOT NULL REFERENCES employees);
CREATE TABLE checked (
    id INTEGER PRIMARY KEY CHECK (id > 0 AND id < 100000),
    state TEXT NOT NULL CHECK (state IN ('queued', 'running')),
    attempts INTEGER NOT NULL CHECK (attempts BETWEEN 3 AND 10),
    code TEXT NOT NULL UNIQUE CHECK (code GLOB '[A-Z][A-Z]-[0-9]'),
    name TEXT NOT NULL CHECK (length(name) >= 5 AND length(name) <= 12),
    pin TEXT NOT NULL UNIQUE CHECK (length(pin) = 6),
    mail VARCHAR(50) NOT NULL UNIQUE CHECK (mail LIKE '%@%.org'),
    lowered TEXT NOT NULL CHECK (lowered = lower(lowered) AND lowered <> ''),
    object TEXT NOT NULL CHECK (json_valid(object) AND json_type(object) = 'object'),
    starts DATE NOT NULL, ends DATE NOT NULL, low DECIMAL(6, 2) NOT NULL, high DECIMAL(6, 2) NOT NULL,
    a INTEGER, b INTEGER, CHECK (starts < ends), CHECK (low >= 0 AND high > low AND high <= 100),
    CHECK (a IS NOT NULL OR b IS NOT NULL), CHECK ((a IS NULL) <> (b IS NULL))
);
CREATE TABLE "odd ""name""" ("Id" INTEGER PRIMARY KEY, "va'lue" TEXT NOT NULL DEFAULT 'x', "order" INTEGER);
CREATE TABLE all_defaults (id INTEGER PRIMARY KEY, at TEXT DEFAULT CURRENT_TIMESTAMP);
