-- migcheck: revises = "20250301090000_create_users"
CREATE TABLE orders (id bigint PRIMARY KEY);
