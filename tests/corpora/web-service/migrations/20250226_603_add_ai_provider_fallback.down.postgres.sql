-- The index, the check and the foreign key go with the column.
ALTER TABLE ai_providers DROP COLUMN fallback_provider_id;
