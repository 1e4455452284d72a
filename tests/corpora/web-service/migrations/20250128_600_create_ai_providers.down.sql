-- The settings go with the table.
DROP TABLE ai_providers;
