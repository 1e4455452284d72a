-- migcheck: revises = "20250226_603"
-- migcheck: touches = ["sessions"]
-- migcheck: irreversible = "a session that has expired is of no use to anybody and is not kept"
-- Purges the sessions of the year that expired before the nightly job began to remove them.
DELETE FROM sessions WHERE expires_at < CURRENT_TIMESTAMP;
