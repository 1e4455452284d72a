-- The table as golang-migrate 4's database/mysql makes it, at version 3.
CREATE TABLE IF NOT EXISTS schema_migrations (version bigint not null primary key, dirty boolean not null);
INSERT INTO schema_migrations (version, dirty) VALUES (3, false);
CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL);
CREATE TABLE orders (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL);
CREATE INDEX orders_by_user ON orders (user_id);
