-- Lets two chunks share a reference again.
DROP INDEX uq_rag_chunks_external_ref;
