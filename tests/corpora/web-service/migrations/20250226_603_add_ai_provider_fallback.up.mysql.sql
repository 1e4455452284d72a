-- migcheck: revises = "20250224_304"
-- migcheck: touches = ["ai_providers"]
-- Lets a provider name another one that takes over when it fails. MySQL allows no CHECK on a column that
-- a foreign key may set to NULL; the application compares the two.
ALTER TABLE ai_providers
    ADD COLUMN fallback_provider_id BIGINT,
    ADD INDEX ix_ai_providers_fallback_provider_id (fallback_provider_id),
    ADD CONSTRAINT fk_ai_providers_fallback_provider_id FOREIGN KEY (fallback_provider_id)
        REFERENCES ai_providers (id) ON DELETE SET NULL;
