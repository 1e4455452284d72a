-- migcheck: revises = "20250301090000"
-- migcheck: labels = ["contract"]
ALTER TABLE users DROP COLUMN name;
