-- The old name for the old release.
ALTER TABLE users RENAME COLUMN full_name TO display_name;
