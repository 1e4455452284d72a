-- Workers of the release before this one take jobs with a statement of their own.
DROP PROCEDURE claim_jobs;
