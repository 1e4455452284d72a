-- migcheck: revises = "006"
-- migcheck: labels = ["ingestion"]
-- Adds the jobs that read documents into a corpus, with a trigger that keeps updated_at.
CREATE TABLE ingestion_jobs (
    job_id VARCHAR(36) NOT NULL,
    doc_id VARCHAR(36) NOT NULL,
    state VARCHAR(16) NOT NULL DEFAULT 'queued',
    attempts INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT pk_ingestion_jobs PRIMARY KEY (job_id),
    CONSTRAINT ck_ingestion_jobs_state CHECK (state IN ('queued', 'running', 'done', 'failed')),
    CONSTRAINT ck_ingestion_jobs_attempts CHECK (attempts BETWEEN 0 AND 10),
    CONSTRAINT fk_ingestion_jobs_doc_id FOREIGN KEY (doc_id) REFERENCES rag_documents (doc_id) ON DELETE CASCADE
);

CREATE INDEX ix_ingestion_jobs_doc_id ON ingestion_jobs (doc_id);
CREATE INDEX ix_ingestion_jobs_waiting ON ingestion_jobs (created_at) WHERE state = 'queued';

CREATE TRIGGER tr_ingestion_jobs_updated_at
AFTER UPDATE ON ingestion_jobs
FOR EACH ROW
WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE ingestion_jobs SET updated_at = CURRENT_TIMESTAMP WHERE job_id = NEW.job_id;
END;
