-- migcheck: revises = "20250301090000"
-- migcheck: labels = ["billing"]
CREATE TABLE orders (id bigint PRIMARY KEY);
