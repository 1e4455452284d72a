-- migcheck: revises = "20250113_101"
-- Creates API keys. A key belongs to a membership and ends with it.
CREATE TABLE api_keys (
    id BIGINT NOT NULL,
    team_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    label VARCHAR(100) NOT NULL,
    key_hash CHAR(64) NOT NULL,
    scopes JSON NOT NULL,
    last_used_at TIMESTAMP NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT pk_api_keys PRIMARY KEY (id),
    CONSTRAINT uq_api_keys_key_hash UNIQUE (key_hash),
    CONSTRAINT fk_api_keys_membership FOREIGN KEY (team_id, user_id)
        REFERENCES memberships (team_id, user_id) ON UPDATE CASCADE ON DELETE CASCADE
);

CREATE INDEX ix_api_keys_membership ON api_keys (team_id, user_id);
