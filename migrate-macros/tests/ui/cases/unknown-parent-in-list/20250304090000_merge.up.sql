-- migcheck: revises = ["20250302090000", "20250303"]
CREATE TABLE merge (id bigint PRIMARY KEY);
