-- What writes to the log goes before the log.
DROP TRIGGER tr_teams_audit_delete;
DROP TRIGGER tr_teams_audit_update;
DROP TABLE audit_log;
