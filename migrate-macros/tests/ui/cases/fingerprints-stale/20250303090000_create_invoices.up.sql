-- migcheck: revises = "20250302090000"
CREATE TABLE invoices (id bigint PRIMARY KEY);
