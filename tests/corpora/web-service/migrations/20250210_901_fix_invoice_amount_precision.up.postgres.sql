-- migcheck: revises = "20250207_900"
-- migcheck: touches = ["invoices"]
-- Makes room for invoices of a hundred million and more, which yearly contracts can reach.
ALTER TABLE invoices ALTER COLUMN amount TYPE NUMERIC(14, 2);
