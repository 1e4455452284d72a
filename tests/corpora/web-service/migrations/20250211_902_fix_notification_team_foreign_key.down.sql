-- Deletes notifications with their team again.
ALTER TABLE notifications DROP CONSTRAINT fk_notifications_team_id;
ALTER TABLE notifications ADD CONSTRAINT fk_notifications_team_id
    FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE CASCADE;
