-- migcheck: revises = "20250115_501"
-- Creates the notifications that users find under the bell.
CREATE TABLE notifications (
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

CREATE INDEX ix_notifications_user_id_created_at ON notifications (user_id, created_at DESC);
CREATE INDEX ix_notifications_team_id ON notifications (team_id);
