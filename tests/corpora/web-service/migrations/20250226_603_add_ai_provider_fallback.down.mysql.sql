-- The foreign key first: the index and the column are what it stands on.
ALTER TABLE ai_providers DROP FOREIGN KEY fk_ai_providers_fallback_provider_id;
ALTER TABLE ai_providers
    DROP INDEX ix_ai_providers_fallback_provider_id,
    DROP COLUMN fallback_provider_id;
