-- migcheck: revises = "20250113_401"
-- migcheck: touches = ["job_runs"]
-- Creates the record of each attempt at a job.
CREATE TABLE job_runs (
    job_id BIGINT NOT NULL,
    attempt SMALLINT NOT NULL,
    worker VARCHAR(64) NOT NULL,
    started_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    finished_at TIMESTAMP NULL,
    error_message TEXT,
    CONSTRAINT pk_job_runs PRIMARY KEY (job_id, attempt),
    CONSTRAINT ck_job_runs_attempt CHECK (attempt > 0),
    CONSTRAINT fk_job_runs_job_id FOREIGN KEY (job_id) REFERENCES jobs (id) ON DELETE CASCADE
);
