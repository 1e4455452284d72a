-- migcheck: revises = "20250210_901"
-- migcheck: touches = ["notifications"]
-- Keeps users' notifications when the team they speak of is deleted; they were deleted with it by mistake.
ALTER TABLE notifications DROP CONSTRAINT fk_notifications_team_id;
ALTER TABLE notifications ADD CONSTRAINT fk_notifications_team_id
    FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE SET NULL;
