-- Workers of the release before this one take jobs with a statement of their own.
DROP FUNCTION claim_jobs(VARCHAR, VARCHAR, INTEGER);
