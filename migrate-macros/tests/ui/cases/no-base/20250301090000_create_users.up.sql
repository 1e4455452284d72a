-- migcheck: revises = "20250302090000"
-- Creates users.
CREATE TABLE users (id int);
