-- migcheck: revises = "20250302120000"
CREATE TABLE invoices (id bigint PRIMARY KEY);
