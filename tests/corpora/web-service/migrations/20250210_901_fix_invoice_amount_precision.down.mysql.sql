-- Fails, and changes nothing, while there are invoices too large for the narrower type.
ALTER TABLE invoices MODIFY COLUMN amount NUMERIC(10, 2) NOT NULL;
