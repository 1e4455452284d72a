-- migcheck: revises = "20250127_005"
-- Creates the AI providers that a team has set up. Keys live in the vault; settings hold none.
CREATE TABLE ai_providers (
    id BIGINT NOT NULL,
    team_id BIGINT NOT NULL,
    name VARCHAR(64) NOT NULL,
    settings JSON NOT NULL DEFAULT ('{"timeout_seconds": 30, "retries": 2}'),
    PRIMARY KEY (id),
    CONSTRAINT uq_ai_providers_team_id_name UNIQUE (team_id, name),
    CONSTRAINT ck_ai_providers_settings CHECK (JSON_TYPE(settings) = 'OBJECT'),
    CONSTRAINT fk_ai_providers_team_id FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE CASCADE
);
