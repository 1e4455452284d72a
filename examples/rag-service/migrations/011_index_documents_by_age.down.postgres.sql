-- migcheck: transaction = false
-- Dropped as it was built, without holding up writers.
DROP INDEX CONCURRENTLY ix_rag_documents_corpus_id_created_at;
