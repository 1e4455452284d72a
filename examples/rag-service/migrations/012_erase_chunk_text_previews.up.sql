-- migcheck: revises = "011"
-- migcheck: touches = ["rag_chunks"]
-- migcheck: irreversible = "the plaintext previews are erased on purpose and kept nowhere else"
-- Erases the plaintext previews of chunks; search results take their excerpts from the stored documents.
UPDATE rag_chunks SET text_preview = NULL WHERE text_preview IS NOT NULL;
