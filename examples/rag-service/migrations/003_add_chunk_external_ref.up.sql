-- migcheck: revises = "002"
-- migcheck: touches = ["rag_chunks"]
-- Adds the reference by which answers cite a chunk. Step 1 of 4: nullable, so that the release that is
-- still running, and does not know the column, can go on inserting.
ALTER TABLE rag_chunks ADD COLUMN external_ref VARCHAR(64);
