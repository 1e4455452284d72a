-- migcheck: revises = "005"
-- migcheck: touches = ["rag_chunks"]
-- Makes the reference unique, so that a citation finds one chunk. Step 4 of 4.
CREATE UNIQUE INDEX uq_rag_chunks_external_ref ON rag_chunks (external_ref);
