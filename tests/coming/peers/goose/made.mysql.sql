-- The table as goose 3's internal/dialects makes it on MySQL, with a migration that was taken down once.
CREATE TABLE goose_db_version (
    id serial NOT NULL,
    version_id bigint NOT NULL,
    is_applied boolean NOT NULL,
    tstamp timestamp NULL default now(),
    PRIMARY KEY(id)
);
INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true);
INSERT INTO goose_db_version (version_id, is_applied) VALUES (1, true);
INSERT INTO goose_db_version (version_id, is_applied) VALUES (2, true);
INSERT INTO goose_db_version (version_id, is_applied) VALUES (2, false);
INSERT INTO goose_db_version (version_id, is_applied) VALUES (2, true);
INSERT INTO goose_db_version (version_id, is_applied) VALUES (3, true);
CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL);
CREATE TABLE orders (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL);
CREATE INDEX orders_by_user ON orders (user_id);
