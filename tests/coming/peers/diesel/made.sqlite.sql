-- What `run_pending_migrations` of diesel_migrations 2.3.2 left of the folder beside this file, as sqlite3's `.dump` shows it.
CREATE TABLE __diesel_schema_migrations (
       version VARCHAR(50) PRIMARY KEY NOT NULL,
       run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO __diesel_schema_migrations VALUES('20240101000000','2026-11-21 20:16:04');
INSERT INTO __diesel_schema_migrations VALUES('20240102000000','2026-11-21 20:16:04');
INSERT INTO __diesel_schema_migrations VALUES('20240103000000','2026-11-21 20:16:04');
CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL);
CREATE TABLE orders (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL);
CREATE INDEX orders_by_user ON orders (user_id);
