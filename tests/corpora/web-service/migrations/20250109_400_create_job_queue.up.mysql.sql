-- migcheck: revises = "20250106_001"
-- Creates the job queue. The index begins with what workers compare for equality, so that
-- SELECT … FOR UPDATE SKIP LOCKED locks the rows it takes and no others.
CREATE TABLE jobs (
    id BIGINT NOT NULL,
    queue VARCHAR(64) NOT NULL DEFAULT 'default',
    status VARCHAR(16) NOT NULL DEFAULT 'pending',
    run_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    attempts SMALLINT NOT NULL DEFAULT 0,
    payload JSON NOT NULL DEFAULT ('{}'),
    locked_by VARCHAR(64),
    locked_at DATETIME(6),
    created_by BIGINT,
    PRIMARY KEY (id),
    INDEX ix_jobs_ready (queue, status, run_at, id),
    INDEX ix_jobs_created_by (created_by),
    CONSTRAINT ck_jobs_status CHECK (status IN ('pending', 'running', 'done', 'failed')),
    CONSTRAINT ck_jobs_attempts CHECK (attempts >= 0),
    CONSTRAINT fk_jobs_created_by FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL
);
