-- migcheck: revises = "base"
CREATE TABLE users (id bigint PRIMARY KEY);
