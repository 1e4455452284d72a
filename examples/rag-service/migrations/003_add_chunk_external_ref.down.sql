-- Takes the column away again; nothing refers to it yet.
ALTER TABLE rag_chunks DROP COLUMN external_ref;
