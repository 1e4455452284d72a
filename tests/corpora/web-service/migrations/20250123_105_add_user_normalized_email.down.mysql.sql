-- The index is on this column only and goes with it.
ALTER TABLE users DROP COLUMN normalized_email;
