-- migcheck: revises = "20250302090000"
CREATE TABLE payments (id bigint PRIMARY KEY);
