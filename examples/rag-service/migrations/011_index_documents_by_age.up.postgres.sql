-- migcheck: revises = "010"
-- migcheck: touches = ["rag_documents"]
-- migcheck: transaction = false
-- Indexes the newest documents of a corpus, which the start page lists. Built CONCURRENTLY, which cannot
-- run inside a transaction, because rag_documents is written to all day.
CREATE INDEX CONCURRENTLY ix_rag_documents_corpus_id_created_at ON rag_documents (corpus_id, created_at DESC);
