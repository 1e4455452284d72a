-- migcheck: revises = "010"
-- migcheck: touches = ["rag_documents"]
-- Indexes the newest documents of a corpus, which the start page lists.
CREATE INDEX ix_rag_documents_corpus_id_created_at ON rag_documents (corpus_id, created_at DESC);
