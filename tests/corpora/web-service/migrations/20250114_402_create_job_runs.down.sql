-- The record of attempts goes; the jobs stay.
DROP TABLE job_runs;
