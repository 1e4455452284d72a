-- migcheck: revises = "20250120_004"
-- migcheck: touches = ["users"]
-- Calls the column what the forms have called it all along. Done in a maintenance window: the release
-- before this one cannot run on the new name.
ALTER TABLE users RENAME COLUMN display_name TO full_name;
