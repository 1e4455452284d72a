-- migcheck: revises = "base"
-- migcheck: irreversible = "users are never dropped"
CREATE TABLE users (id bigint PRIMARY KEY);
