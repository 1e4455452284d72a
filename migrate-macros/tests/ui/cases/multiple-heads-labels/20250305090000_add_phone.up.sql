-- migcheck: revises = "20250302090000"
ALTER TABLE users ADD COLUMN phone text;
