-- migcheck: revises = ["20250114_402", "20250115_403"]
-- Joins claiming and priority: from here on claim_jobs takes urgent jobs first, which neither branch could do.
DROP PROCEDURE claim_jobs;

CREATE PROCEDURE claim_jobs(IN p_queue VARCHAR(64), IN p_worker VARCHAR(64), IN p_limit INTEGER)
MODIFIES SQL DATA
BEGIN
    DECLARE v_id BIGINT;
    DECLARE v_finished BOOLEAN DEFAULT FALSE;
    DECLARE ready CURSOR FOR
        SELECT id
        FROM jobs
        WHERE queue = p_queue AND status = 'pending' AND run_at <= CURRENT_TIMESTAMP(6)
        ORDER BY priority DESC, run_at, id
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED;
    DECLARE CONTINUE HANDLER FOR NOT FOUND SET v_finished = TRUE;

    OPEN ready;
    claiming: LOOP
        FETCH ready INTO v_id;
        IF v_finished THEN
            LEAVE claiming;
        END IF;
        UPDATE jobs
        SET status = 'running', locked_by = p_worker, locked_at = CURRENT_TIMESTAMP(6), attempts = attempts + 1
        WHERE id = v_id;
    END LOOP claiming;
    CLOSE ready;
END;
