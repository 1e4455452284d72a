-- migcheck: revises = "20250107_002"
-- Creates the audit log and the trigger that writes what happens to teams into it.
CREATE TABLE audit_log (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    table_name VARCHAR(64) NOT NULL,
    row_id BIGINT NOT NULL,
    action VARCHAR(8) NOT NULL,
    old_values JSONB,
    happened_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT pk_audit_log PRIMARY KEY (id),
    CONSTRAINT ck_audit_log_action CHECK (action IN ('update', 'delete'))
);

CREATE INDEX ix_audit_log_row ON audit_log (table_name, row_id);

CREATE FUNCTION write_audit_log() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO audit_log (table_name, row_id, action, old_values)
    VALUES (TG_TABLE_NAME, OLD.id, lower(TG_OP), to_jsonb(OLD));
    RETURN NULL;
END;
$$;

CREATE TRIGGER tr_teams_audit
AFTER UPDATE OR DELETE ON teams
FOR EACH ROW
EXECUTE FUNCTION write_audit_log();
