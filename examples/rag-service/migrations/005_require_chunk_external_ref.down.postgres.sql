-- Lets chunks be without a reference again.
ALTER TABLE rag_chunks ALTER COLUMN external_ref DROP NOT NULL;
