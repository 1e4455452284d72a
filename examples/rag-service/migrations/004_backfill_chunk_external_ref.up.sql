-- migcheck: revises = "003"
-- migcheck: touches = ["rag_chunks"]
-- Gives every chunk without a reference its point id as one. Step 2 of 4: by now each release that runs
-- fills the column itself, so that no new gaps appear.
UPDATE rag_chunks SET external_ref = qdrant_point_id WHERE external_ref IS NULL;
