-- migcheck: revises = "20250301090000"
-- migcheck: depends-on = ["20250303090000"]
CREATE TABLE orders (id bigint PRIMARY KEY);
