-- migcheck: revises = "20250128_600"
-- Creates the models of a provider, what each team used of them, and the view that sums it up.
CREATE TABLE ai_models (
    provider_id BIGINT NOT NULL,
    model_name VARCHAR(100) NOT NULL,
    price_per_million_cents INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT pk_ai_models PRIMARY KEY (provider_id, model_name),
    CONSTRAINT fk_ai_models_provider_id FOREIGN KEY (provider_id) REFERENCES ai_providers (id) ON DELETE CASCADE
);

CREATE TABLE ai_usage (
    id BIGINT NOT NULL,
    provider_id BIGINT NOT NULL,
    model_name VARCHAR(100) NOT NULL,
    team_id BIGINT NOT NULL,
    token_count BIGINT NOT NULL DEFAULT 0,
    used_on DATE NOT NULL,
    CONSTRAINT pk_ai_usage PRIMARY KEY (id),
    CONSTRAINT ck_ai_usage_token_count CHECK (token_count >= 0),
    CONSTRAINT fk_ai_usage_model FOREIGN KEY (provider_id, model_name)
        REFERENCES ai_models (provider_id, model_name) ON UPDATE CASCADE ON DELETE RESTRICT,
    CONSTRAINT fk_ai_usage_team_id FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE CASCADE
);

CREATE INDEX ix_ai_usage_model ON ai_usage (provider_id, model_name);
CREATE INDEX ix_ai_usage_team_id_used_on ON ai_usage (team_id, used_on);

CREATE VIEW ai_usage_by_team AS
SELECT t.id AS team_id, t.slug, u.model_name, SUM(u.token_count) AS token_count, MAX(u.used_on) AS last_used_on
FROM teams t
JOIN ai_usage u ON u.team_id = t.id
GROUP BY t.id, t.slug, u.model_name;
