-- Deletes notifications with their team again.
CREATE TABLE notifications_new (
    id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    team_id BIGINT,
    kind VARCHAR(32) NOT NULL,
    title VARCHAR(200) NOT NULL,
    body TEXT,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    read_at TIMESTAMP NULL,
    CONSTRAINT pk_notifications PRIMARY KEY (id),
    CONSTRAINT fk_notifications_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT fk_notifications_team_id FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE CASCADE
);

INSERT INTO notifications_new (id, user_id, team_id, kind, title, body, created_at, read_at)
SELECT id, user_id, team_id, kind, title, body, created_at, read_at FROM notifications;

DROP TABLE notifications;
ALTER TABLE notifications_new RENAME TO notifications;

CREATE INDEX ix_notifications_user_id_created_at ON notifications (user_id, created_at DESC);
CREATE INDEX ix_notifications_team_id ON notifications (team_id);
