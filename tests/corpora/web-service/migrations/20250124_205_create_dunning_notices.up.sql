-- migcheck: revises = "20250121_204"
-- migcheck: depends-on = ["20250117_404"]
-- Creates dunning notices. They are sent by jobs, which another branch made and which this one only needs.
CREATE TABLE dunning_notices (
    invoice_number BIGINT NOT NULL,
    level SMALLINT NOT NULL,
    job_id BIGINT,
    send_on DATE NOT NULL,
    CONSTRAINT pk_dunning_notices PRIMARY KEY (invoice_number, level),
    CONSTRAINT ck_dunning_notices_level CHECK (level BETWEEN 1 AND 3),
    CONSTRAINT fk_dunning_notices_invoice_number FOREIGN KEY (invoice_number)
        REFERENCES invoices (invoice_number) ON DELETE CASCADE,
    CONSTRAINT fk_dunning_notices_job_id FOREIGN KEY (job_id) REFERENCES jobs (id) ON DELETE SET NULL
);

CREATE INDEX ix_dunning_notices_job_id ON dunning_notices (job_id);
