-- Clears what the backfill wrote and leaves references of the application's own making alone.
UPDATE rag_chunks SET external_ref = NULL WHERE external_ref = qdrant_point_id;
