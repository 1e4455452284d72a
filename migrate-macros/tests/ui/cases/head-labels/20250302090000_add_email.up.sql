-- migcheck: revises = "20250301090000"
-- migcheck: labels = ["expand"]
ALTER TABLE users ADD COLUMN email text;
