-- migcheck: revises = "20250106_001"
-- Creates the job queue. The partial index holds only what a worker may take, so that it stays small.
CREATE TABLE jobs (
    id BIGINT NOT NULL,
    queue VARCHAR(64) NOT NULL DEFAULT 'default',
    status VARCHAR(16) NOT NULL DEFAULT 'pending',
    run_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    attempts SMALLINT NOT NULL DEFAULT 0,
    payload JSONB NOT NULL DEFAULT '{}',
    locked_by VARCHAR(64),
    locked_at TIMESTAMPTZ,
    created_by BIGINT,
    CONSTRAINT pk_jobs PRIMARY KEY (id),
    CONSTRAINT ck_jobs_status CHECK (status IN ('pending', 'running', 'done', 'failed')),
    CONSTRAINT ck_jobs_attempts CHECK (attempts >= 0),
    CONSTRAINT fk_jobs_created_by FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL
);

CREATE INDEX ix_jobs_ready ON jobs (queue, run_at, id) WHERE status = 'pending';
CREATE INDEX ix_jobs_created_by ON jobs (created_by);
