-- migcheck: revises = "20250224_304"
-- migcheck: touches = ["ai_providers"]
-- Lets a provider name another one that takes over when it fails.
ALTER TABLE ai_providers
    ADD COLUMN fallback_provider_id BIGINT,
    ADD CONSTRAINT ck_ai_providers_fallback_provider_id CHECK (fallback_provider_id <> id),
    ADD CONSTRAINT fk_ai_providers_fallback_provider_id FOREIGN KEY (fallback_provider_id)
        REFERENCES ai_providers (id) ON DELETE SET NULL;

CREATE INDEX ix_ai_providers_fallback_provider_id ON ai_providers (fallback_provider_id);
