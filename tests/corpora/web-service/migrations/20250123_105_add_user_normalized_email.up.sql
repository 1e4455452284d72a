-- migcheck: revises = "20250122_104"
-- migcheck: touches = ["users"]
-- Adds the form of the address that signing in compares, nullable until it is filled.
ALTER TABLE users ADD COLUMN normalized_email VARCHAR(255);
CREATE INDEX ix_users_normalized_email ON users (normalized_email);
