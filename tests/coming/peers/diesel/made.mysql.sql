-- The table as `setup_migration_table.sql` of diesel 2.3.14 makes it, with the rows it would have.
CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
       version VARCHAR(50) PRIMARY KEY NOT NULL,
       run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO __diesel_schema_migrations (version) VALUES ('20240101000000');
INSERT INTO __diesel_schema_migrations (version) VALUES ('20240102000000');
INSERT INTO __diesel_schema_migrations (version) VALUES ('20240103000000');
CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL);
CREATE TABLE orders (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL);
CREATE INDEX orders_by_user ON orders (user_id);
