-- migcheck: revises = "20250117_404"
-- migcheck: touches = ["jobs"]
-- Lets a caller name a job, and keeps a second one of that name out while the first has not ended.
-- There are no partial indexes, so the unique index is on a generated column that is NULL for ended jobs.
ALTER TABLE jobs
    ADD COLUMN dedup_key VARCHAR(128),
    ADD COLUMN active_dedup_key VARCHAR(128)
        GENERATED ALWAYS AS (CASE WHEN status IN ('pending', 'running') THEN dedup_key END) STORED,
    ADD CONSTRAINT uq_jobs_active_dedup_key UNIQUE (active_dedup_key);
