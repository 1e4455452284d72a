-- migcheck: revises = ["20250301090000", "20250302090000"]
CREATE TABLE merge (id bigint PRIMARY KEY);
