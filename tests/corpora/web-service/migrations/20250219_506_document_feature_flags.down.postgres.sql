-- There were no comments before.
COMMENT ON COLUMN feature_flags.rollout_percent IS NULL;
COMMENT ON COLUMN feature_flags.description IS NULL;
COMMENT ON TABLE feature_flags IS NULL;
