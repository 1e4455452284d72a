-- migcheck: revises = "20250302090000"
-- migcheck: revision = "20250302090000"
CREATE TABLE invoices (id bigint PRIMARY KEY);
