-- migcheck: revises = "20250301090000"
CREATE TABLE invoices (id bigint PRIMARY KEY);
