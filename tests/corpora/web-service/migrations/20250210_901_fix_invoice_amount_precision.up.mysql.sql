-- migcheck: revises = "20250207_900"
-- migcheck: touches = ["invoices"]
-- Makes room for invoices of a hundred million and more, which yearly contracts can reach.
ALTER TABLE invoices MODIFY COLUMN amount NUMERIC(14, 2) NOT NULL;
