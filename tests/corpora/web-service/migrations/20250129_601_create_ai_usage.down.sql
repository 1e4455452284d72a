-- The view first, then the tables from child to parent.
DROP VIEW ai_usage_by_team;
DROP TABLE ai_usage;
DROP TABLE ai_models;
