-- Without the index the start page sorts; nothing else changes.
DROP INDEX ix_rag_documents_corpus_id_created_at;
