-- migcheck: revises = "base"
-- migcheck: labels = ["billing"]
CREATE TABLE users (id bigint PRIMARY KEY);
