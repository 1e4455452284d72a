-- migcheck: revises = "20250217_207"
-- migcheck: touches = ["feature_flags"]
-- Writes down in the database what support kept asking about feature flags. MODIFY names the whole column.
ALTER TABLE feature_flags
    MODIFY COLUMN description VARCHAR(500) NOT NULL DEFAULT '' COMMENT 'What the flag does; shown to support',
    MODIFY COLUMN rollout_percent SMALLINT NOT NULL DEFAULT 0
        COMMENT 'Share of teams that have it; is_enabled = true means all',
    COMMENT = 'Switches that are thrown without a deployment; see feature_flag_overrides';
