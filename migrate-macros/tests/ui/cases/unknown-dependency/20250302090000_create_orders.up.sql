-- migcheck: revises = "20250301090000"
-- migcheck: depends-on = ["billing_004"]
CREATE TABLE orders (id bigint PRIMARY KEY);
