-- The foreign key on corpus_id keeps ix_rag_documents_corpus_id, so this index can go.
DROP INDEX ix_rag_documents_corpus_id_created_at ON rag_documents;
