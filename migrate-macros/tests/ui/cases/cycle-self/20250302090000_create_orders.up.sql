-- migcheck: revises = "20250302090000"
CREATE TABLE orders (id bigint PRIMARY KEY);
