-- The index first, then the column that it searches.
DROP INDEX ix_products_search ON products;
ALTER TABLE products DROP COLUMN search;
