-- migcheck: revises = "20250107_002"
-- Creates the audit log and the triggers that write what happens to teams into it.
CREATE TABLE audit_log (
    id BIGINT NOT NULL AUTO_INCREMENT,
    table_name VARCHAR(64) NOT NULL,
    row_id BIGINT NOT NULL,
    action VARCHAR(8) NOT NULL,
    old_values JSON,
    happened_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    PRIMARY KEY (id),
    INDEX ix_audit_log_row (table_name, row_id),
    CONSTRAINT ck_audit_log_action CHECK (action IN ('update', 'delete'))
);

CREATE TRIGGER tr_teams_audit_update
AFTER UPDATE ON teams
FOR EACH ROW
BEGIN
    INSERT INTO audit_log (table_name, row_id, action, old_values)
    VALUES ('teams', OLD.id, 'update', JSON_OBJECT('slug', OLD.slug, 'name', OLD.name, 'owner_id', OLD.owner_id));
END;

CREATE TRIGGER tr_teams_audit_delete
AFTER DELETE ON teams
FOR EACH ROW
BEGIN
    INSERT INTO audit_log (table_name, row_id, action, old_values)
    VALUES ('teams', OLD.id, 'delete', JSON_OBJECT('slug', OLD.slug, 'name', OLD.name, 'owner_id', OLD.owner_id));
END;
