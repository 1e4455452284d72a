-- The index goes with the table.
DROP TABLE orders;
