-- The index goes with the table.
DROP TABLE order_lines;
