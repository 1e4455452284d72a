-- The trigger goes with the table; the function would stay behind.
DROP TABLE ingestion_jobs;
DROP FUNCTION set_ingestion_jobs_updated_at();
