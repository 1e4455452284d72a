-- The generated column first: it is computed from the other.
ALTER TABLE jobs
    DROP INDEX uq_jobs_active_dedup_key,
    DROP COLUMN active_dedup_key;
ALTER TABLE jobs DROP COLUMN dedup_key;
