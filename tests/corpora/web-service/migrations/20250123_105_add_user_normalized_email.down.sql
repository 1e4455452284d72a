-- The index first: SQLite keeps a column that an index holds.
DROP INDEX ix_users_normalized_email;
ALTER TABLE users DROP COLUMN normalized_email;
