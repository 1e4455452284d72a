-- The table as `ASSERT_MIGRATIONS_TABLE_QUERY` of refinery-core 0.9.2 makes it, with the rows of PostgreSQL.
CREATE TABLE IF NOT EXISTS refinery_schema_history(
             version int4 PRIMARY KEY,
             name VARCHAR(255),
             applied_on VARCHAR(255),
             checksum VARCHAR(255));
INSERT INTO refinery_schema_history VALUES (1, 'users', '2026-11-21T20:16:05.183791702Z', '6429777055128644838');
INSERT INTO refinery_schema_history VALUES (2, 'orders', '2026-11-21T20:16:05.183791702Z', '16543787351290972178');
INSERT INTO refinery_schema_history VALUES (3, 'index_orders', '2026-11-21T20:16:05.183791702Z', '2321010092799982893');
CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL);
CREATE TABLE orders (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL);
CREATE INDEX orders_by_user ON orders (user_id);
