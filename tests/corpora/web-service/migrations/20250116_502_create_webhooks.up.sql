-- migcheck: revises = "20250113_500"
-- Creates webhook endpoints and what was delivered to them.
CREATE TABLE webhook_endpoints (
    id BIGINT NOT NULL,
    team_id BIGINT NOT NULL,
    url VARCHAR(2048) NOT NULL,
    signing_key_hash CHAR(64) NOT NULL,
    events JSON NOT NULL,
    CONSTRAINT pk_webhook_endpoints PRIMARY KEY (id),
    CONSTRAINT fk_webhook_endpoints_team_id FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE CASCADE
);

CREATE INDEX ix_webhook_endpoints_team_id ON webhook_endpoints (team_id);

CREATE TABLE webhook_deliveries (
    id BIGINT NOT NULL,
    endpoint_id BIGINT NOT NULL,
    response_code SMALLINT,
    duration_ms INTEGER NOT NULL DEFAULT 0,
    sent_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT pk_webhook_deliveries PRIMARY KEY (id),
    CONSTRAINT ck_webhook_deliveries_response_code CHECK (response_code BETWEEN 100 AND 599),
    CONSTRAINT fk_webhook_deliveries_endpoint_id FOREIGN KEY (endpoint_id)
        REFERENCES webhook_endpoints (id) ON DELETE CASCADE
);

CREATE INDEX ix_webhook_deliveries_endpoint_id ON webhook_deliveries (endpoint_id);
