-- The index first: it holds the column.
DROP INDEX uq_jobs_dedup_key;
ALTER TABLE jobs DROP COLUMN dedup_key;
