-- The index first: it holds the column.
DROP INDEX ix_jobs_ready;
CREATE INDEX ix_jobs_ready ON jobs (queue, run_at, id) WHERE status = 'pending';

ALTER TABLE jobs DROP COLUMN priority;
