-- migcheck: revises = "20250106_001"
-- Creates teams, which may lie within other teams. A user who owns a team cannot be deleted.
CREATE TABLE teams (
    id BIGINT NOT NULL,
    slug VARCHAR(64) NOT NULL,
    name VARCHAR(100) NOT NULL,
    owner_id BIGINT NOT NULL,
    parent_team_id BIGINT,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT pk_teams PRIMARY KEY (id),
    CONSTRAINT uq_teams_slug UNIQUE (slug),
    CONSTRAINT fk_teams_owner_id FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT fk_teams_parent_team_id FOREIGN KEY (parent_team_id) REFERENCES teams (id) ON DELETE SET NULL
);

CREATE INDEX ix_teams_owner_id ON teams (owner_id);
CREATE INDEX ix_teams_parent_team_id ON teams (parent_team_id);
