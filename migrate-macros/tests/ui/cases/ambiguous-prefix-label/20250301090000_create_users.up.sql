-- migcheck: revises = "base"
-- migcheck: labels = ["2025"]
CREATE TABLE users (id bigint PRIMARY KEY);
