-- migcheck: revises = "009"
-- Adds the view behind the list of corpora: how many documents and chunks each one holds.
CREATE VIEW corpus_overview AS
SELECT
    c.corpus_id,
    c.user_id,
    c.corpus_name,
    COUNT(DISTINCT d.doc_id) AS document_count,
    COUNT(k.chunk_id) AS chunk_count,
    COALESCE(SUM(k.char_count), 0) AS char_count
FROM rag_corpora c
LEFT JOIN rag_documents d ON d.corpus_id = c.corpus_id
LEFT JOIN rag_chunks k ON k.doc_id = d.doc_id
GROUP BY c.corpus_id, c.user_id, c.corpus_name;
