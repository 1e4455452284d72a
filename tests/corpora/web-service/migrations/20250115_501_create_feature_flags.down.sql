-- Overrides first: they refer to flags.
DROP TABLE feature_flag_overrides;
DROP TABLE feature_flags;
