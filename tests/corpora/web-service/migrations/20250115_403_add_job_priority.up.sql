-- migcheck: revises = "20250109_400"
-- migcheck: touches = ["jobs"]
-- Adds a priority, higher first, and puts it into the index by which workers find jobs.
ALTER TABLE jobs ADD COLUMN priority SMALLINT NOT NULL DEFAULT 0
    CONSTRAINT ck_jobs_priority CHECK (priority BETWEEN 0 AND 9);

DROP INDEX ix_jobs_ready;
CREATE INDEX ix_jobs_ready ON jobs (queue, priority DESC, run_at, id) WHERE status = 'pending';
