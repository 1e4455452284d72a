-- migcheck: revises = "20250108_003"
-- migcheck: touches = ["users"]
-- Adds what a profile page shows. The defaults are constants, so that no row has to be rewritten.
ALTER TABLE users ADD COLUMN locale VARCHAR(16) NOT NULL DEFAULT 'en';
ALTER TABLE users ADD COLUMN time_zone VARCHAR(64) NOT NULL DEFAULT 'UTC';
ALTER TABLE users ADD COLUMN avatar_url VARCHAR(2048);
