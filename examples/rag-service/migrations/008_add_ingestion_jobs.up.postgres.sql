-- migcheck: revises = "006"
-- migcheck: labels = ["ingestion"]
-- Adds the jobs that read documents into a corpus, with a trigger that keeps updated_at.
CREATE TABLE ingestion_jobs (
    job_id VARCHAR(36) NOT NULL,
    doc_id VARCHAR(36) NOT NULL,
    state VARCHAR(16) NOT NULL DEFAULT 'queued',
    attempts INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT pk_ingestion_jobs PRIMARY KEY (job_id),
    CONSTRAINT ck_ingestion_jobs_state CHECK (state IN ('queued', 'running', 'done', 'failed')),
    CONSTRAINT ck_ingestion_jobs_attempts CHECK (attempts BETWEEN 0 AND 10),
    CONSTRAINT fk_ingestion_jobs_doc_id FOREIGN KEY (doc_id) REFERENCES rag_documents (doc_id) ON DELETE CASCADE
);

CREATE INDEX ix_ingestion_jobs_doc_id ON ingestion_jobs (doc_id);
CREATE INDEX ix_ingestion_jobs_waiting ON ingestion_jobs (created_at) WHERE state = 'queued';

COMMENT ON TABLE ingestion_jobs IS 'One attempt after another to read a document into its corpus';
COMMENT ON COLUMN ingestion_jobs.attempts IS 'How often a worker has taken the job';
COMMENT ON COLUMN ingestion_jobs.last_error IS 'The last worker''s error; NULL where none has failed';

CREATE FUNCTION set_ingestion_jobs_updated_at() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$$;

CREATE TRIGGER tr_ingestion_jobs_updated_at
BEFORE UPDATE ON ingestion_jobs
FOR EACH ROW
EXECUTE FUNCTION set_ingestion_jobs_updated_at();
