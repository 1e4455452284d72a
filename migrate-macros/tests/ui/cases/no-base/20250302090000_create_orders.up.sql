-- migcheck: revises = "20250301090000"
-- Creates orders.
CREATE TABLE orders (id int);
