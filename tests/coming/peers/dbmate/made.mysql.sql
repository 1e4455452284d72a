-- The table as dbmate 2's pkg/driver/mysql makes it, with a row a migration.
CREATE TABLE IF NOT EXISTS schema_migrations (version varchar(128) primary key);
INSERT INTO schema_migrations (version) VALUES ('20240101000000');
INSERT INTO schema_migrations (version) VALUES ('20240102000000');
INSERT INTO schema_migrations (version) VALUES ('20240103000000');
CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL);
CREATE TABLE orders (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL);
CREATE INDEX orders_by_user ON orders (user_id);
