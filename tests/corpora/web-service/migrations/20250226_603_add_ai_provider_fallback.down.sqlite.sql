-- The index first: SQLite keeps a column that an index holds.
DROP INDEX ix_ai_providers_fallback_provider_id;
ALTER TABLE ai_providers DROP COLUMN fallback_provider_id;
