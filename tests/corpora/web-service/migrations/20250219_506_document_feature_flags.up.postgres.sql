-- migcheck: revises = "20250217_207"
-- migcheck: touches = ["feature_flags"]
-- Writes down in the database what support kept asking about feature flags.
COMMENT ON TABLE feature_flags IS 'Switches that are thrown without a deployment; see feature_flag_overrides';
COMMENT ON COLUMN feature_flags.description IS 'What the flag does; shown to support';
COMMENT ON COLUMN feature_flags.rollout_percent IS 'Share of teams that have it; is_enabled = true means all';
