-- The trigger and the indexes go with the table.
DROP TABLE ingestion_jobs;
