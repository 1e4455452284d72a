-- The index first: it holds the column.
DROP INDEX ix_products_search;
ALTER TABLE products DROP COLUMN search;
