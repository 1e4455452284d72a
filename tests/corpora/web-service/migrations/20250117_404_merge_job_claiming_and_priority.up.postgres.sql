-- migcheck: revises = ["20250114_402", "20250115_403"]
-- Joins claiming and priority: from here on claim_jobs takes urgent jobs first, which neither branch could do.
CREATE OR REPLACE FUNCTION claim_jobs(p_queue VARCHAR, p_worker VARCHAR, p_limit INTEGER)
RETURNS SETOF jobs
LANGUAGE sql
AS $claim$
    UPDATE jobs
    SET status = 'running', locked_by = p_worker, locked_at = now(), attempts = attempts + 1
    WHERE id IN (
        SELECT id
        FROM jobs
        WHERE queue = p_queue AND status = 'pending' AND run_at <= now()
        ORDER BY priority DESC, run_at, id
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    )
    RETURNING *;
$claim$;
