-- migcheck: revises = "20250301080000"
CREATE TABLE orders (id bigint PRIMARY KEY);
