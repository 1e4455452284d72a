-- migcheck: revises = "20250107_002"
-- Creates the audit log and the triggers that write what happens to teams into it.
CREATE TABLE audit_log (
    id INTEGER NOT NULL,
    table_name VARCHAR(64) NOT NULL,
    row_id BIGINT NOT NULL,
    action VARCHAR(8) NOT NULL,
    old_values TEXT,
    happened_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT pk_audit_log PRIMARY KEY (id),
    CONSTRAINT ck_audit_log_action CHECK (action IN ('update', 'delete')),
    CONSTRAINT ck_audit_log_old_values CHECK (json_valid(old_values))
);

CREATE INDEX ix_audit_log_row ON audit_log (table_name, row_id);

CREATE TRIGGER tr_teams_audit_update
AFTER UPDATE ON teams
FOR EACH ROW
BEGIN
    INSERT INTO audit_log (table_name, row_id, action, old_values)
    VALUES ('teams', OLD.id, 'update', json_object('slug', OLD.slug, 'name', OLD.name, 'owner_id', OLD.owner_id));
END;

CREATE TRIGGER tr_teams_audit_delete
AFTER DELETE ON teams
FOR EACH ROW
BEGIN
    INSERT INTO audit_log (table_name, row_id, action, old_values)
    VALUES ('teams', OLD.id, 'delete', json_object('slug', OLD.slug, 'name', OLD.name, 'owner_id', OLD.owner_id));
END;
