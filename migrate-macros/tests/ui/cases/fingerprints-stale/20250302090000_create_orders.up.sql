-- migcheck: revises = "20250301090000"
CREATE TABLE orders (id bigint PRIMARY KEY);
