-- migcheck: revises = "20250117_404"
-- migcheck: touches = ["jobs"]
-- Lets a caller name a job, and keeps a second one of that name out while the first has not ended.
ALTER TABLE jobs ADD COLUMN dedup_key VARCHAR(128);
CREATE UNIQUE INDEX uq_jobs_dedup_key ON jobs (dedup_key) WHERE status IN ('pending', 'running');
