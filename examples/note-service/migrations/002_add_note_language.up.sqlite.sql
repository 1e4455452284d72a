-- migcheck: revises = "001"
-- The language of a note. With a default: the release that is still running does not know the column.
ALTER TABLE notes ADD COLUMN language text NOT NULL DEFAULT 'en';
