-- migcheck: revises = "006"
-- migcheck: labels = ["ingestion"]
-- Adds the jobs that read documents into a corpus, with a trigger that keeps updated_at.
CREATE TABLE ingestion_jobs (
    job_id VARCHAR(36) NOT NULL,
    doc_id VARCHAR(36) NOT NULL,
    state VARCHAR(16) NOT NULL DEFAULT 'queued',
    attempts INTEGER NOT NULL DEFAULT 0 COMMENT 'How often a worker has taken the job',
    last_error TEXT COMMENT 'The last worker''s error; NULL where none has failed',
    created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (job_id),
    INDEX ix_ingestion_jobs_doc_id (doc_id),
    INDEX ix_ingestion_jobs_waiting (state, created_at),
    CONSTRAINT ck_ingestion_jobs_state CHECK (state IN ('queued', 'running', 'done', 'failed')),
    CONSTRAINT ck_ingestion_jobs_attempts CHECK (attempts BETWEEN 0 AND 10),
    CONSTRAINT fk_ingestion_jobs_doc_id FOREIGN KEY (doc_id) REFERENCES rag_documents (doc_id) ON DELETE CASCADE
) COMMENT = 'One attempt after another to read a document into its corpus';

CREATE TRIGGER tr_ingestion_jobs_updated_at
BEFORE UPDATE ON ingestion_jobs
FOR EACH ROW
BEGIN
    SET NEW.updated_at = CURRENT_TIMESTAMP;
END;
