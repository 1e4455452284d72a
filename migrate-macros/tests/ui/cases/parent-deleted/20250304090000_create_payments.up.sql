-- migcheck: revises = "20250303090000"
CREATE TABLE payments (id bigint PRIMARY KEY);
