-- migcheck: revises = "base"
CREATE TABLE orders (id bigint PRIMARY KEY);
