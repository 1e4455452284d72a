-- migcheck: revises = "20250113_500"
-- Creates feature flags, and what single teams have instead of a flag's general setting.
CREATE TABLE feature_flags (
    flag_key VARCHAR(64) NOT NULL,
    description VARCHAR(500) NOT NULL DEFAULT '',
    is_enabled BOOLEAN NOT NULL DEFAULT FALSE,
    rollout_percent SMALLINT NOT NULL DEFAULT 0,
    CONSTRAINT pk_feature_flags PRIMARY KEY (flag_key),
    CONSTRAINT ck_feature_flags_rollout_percent CHECK (rollout_percent BETWEEN 0 AND 100)
);

CREATE TABLE feature_flag_overrides (
    flag_key VARCHAR(64) NOT NULL,
    team_id BIGINT NOT NULL,
    is_enabled BOOLEAN NOT NULL,
    CONSTRAINT pk_feature_flag_overrides PRIMARY KEY (flag_key, team_id),
    CONSTRAINT fk_feature_flag_overrides_flag_key FOREIGN KEY (flag_key)
        REFERENCES feature_flags (flag_key) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT fk_feature_flag_overrides_team_id FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE CASCADE
);

CREATE INDEX ix_feature_flag_overrides_team_id ON feature_flag_overrides (team_id);
