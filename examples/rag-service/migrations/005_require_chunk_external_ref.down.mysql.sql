-- Lets chunks be without a reference again.
ALTER TABLE rag_chunks MODIFY COLUMN external_ref VARCHAR(64) NULL;
