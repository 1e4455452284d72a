-- migcheck: revises = "create users"
-- migcheck: revision = "head"
CREATE TABLE orders (id bigint PRIMARY KEY);
