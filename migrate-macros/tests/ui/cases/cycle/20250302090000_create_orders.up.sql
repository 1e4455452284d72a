-- migcheck: revises = "20250304090000"
CREATE TABLE orders (id bigint PRIMARY KEY);
