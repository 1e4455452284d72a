-- migcheck: revises = "20250120_004"
-- migcheck: touches = ["products"]
-- Adds the text that product search looks in.
ALTER TABLE products ADD COLUMN search VARCHAR(2201)
    GENERATED ALWAYS AS (CONCAT(name, ' ', COALESCE(description, ''))) STORED;

CREATE FULLTEXT INDEX ix_products_search ON products (search);
