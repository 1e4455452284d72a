-- The sequence, where there is one, is owned by the table and goes with it.
DROP TABLE invoices;
