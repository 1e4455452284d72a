-- Fails, and changes nothing, while there are invoices too large for the narrower type.
ALTER TABLE invoices ALTER COLUMN amount TYPE NUMERIC(10, 2);
