-- migcheck: revises = "20250109_400"
-- Adds the function by which a worker takes the oldest jobs that no other worker has locked.
CREATE FUNCTION claim_jobs(p_queue VARCHAR, p_worker VARCHAR, p_limit INTEGER)
RETURNS SETOF jobs
LANGUAGE sql
AS $claim$
    UPDATE jobs
    SET status = 'running', locked_by = p_worker, locked_at = now(), attempts = attempts + 1
    WHERE id IN (
        SELECT id
        FROM jobs
        WHERE queue = p_queue AND status = 'pending' AND run_at <= now()
        ORDER BY run_at, id
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    )
    RETURNING *;
$claim$;
