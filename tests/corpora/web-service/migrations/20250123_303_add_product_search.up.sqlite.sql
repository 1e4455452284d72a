-- migcheck: revises = "20250120_004"
-- migcheck: touches = ["products"]
-- Adds the text that product search looks in. A stored column cannot be added later, so it is virtual.
ALTER TABLE products ADD COLUMN search TEXT
    GENERATED ALWAYS AS (lower(name || ' ' || coalesce(description, ''))) VIRTUAL;

CREATE INDEX ix_products_search ON products (search);
