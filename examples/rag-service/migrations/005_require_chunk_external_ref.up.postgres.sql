-- migcheck: revises = "004"
-- migcheck: touches = ["rag_chunks"]
-- Makes the reference required. Step 3 of 4.
ALTER TABLE rag_chunks ALTER COLUMN external_ref SET NOT NULL;
