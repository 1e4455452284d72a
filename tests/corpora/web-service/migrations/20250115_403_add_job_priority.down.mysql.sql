-- The check first: a column that a check names cannot be dropped.
ALTER TABLE jobs DROP CONSTRAINT ck_jobs_priority;
ALTER TABLE jobs
    DROP INDEX ix_jobs_ready,
    DROP COLUMN priority,
    ADD INDEX ix_jobs_ready (queue, status, run_at, id);
