-- What writes to the log goes before the log.
DROP TRIGGER tr_teams_audit ON teams;
DROP FUNCTION write_audit_log();
DROP TABLE audit_log;
