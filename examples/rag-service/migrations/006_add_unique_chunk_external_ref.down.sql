-- Lets two chunks share a reference again.
ALTER TABLE rag_chunks DROP CONSTRAINT uq_rag_chunks_external_ref;
