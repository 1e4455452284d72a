-- migcheck: revises = "base"
-- Creates users with the fields that signing in needs: a public user_id, which other tables refer to,
-- a unique e-mail address and a password hash.
CREATE TABLE users (
    id INTEGER NOT NULL,
    username VARCHAR(64) NOT NULL,
    user_id VARCHAR(36) NOT NULL,
    email VARCHAR(255) NOT NULL,
    hashed_password VARCHAR(255) NOT NULL,
    full_name VARCHAR(255),
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT uq_users_user_id UNIQUE (user_id),
    CONSTRAINT uq_users_email UNIQUE (email)
);

CREATE INDEX ix_users_user_id ON users (user_id);
CREATE INDEX ix_users_email ON users (email);
CREATE INDEX ix_users_username ON users (username);
