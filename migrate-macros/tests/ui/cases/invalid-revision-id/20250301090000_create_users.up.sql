-- migcheck: revises = "base"
-- migcheck: revision = "create users"
CREATE TABLE users (id bigint PRIMARY KEY);
