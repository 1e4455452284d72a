-- migcheck: revises = "20250120_004"
-- migcheck: touches = ["products"]
-- Adds the text that product search looks in: the name counts for more than the description.
ALTER TABLE products ADD COLUMN search tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('simple', name), 'A') || setweight(to_tsvector('simple', coalesce(description, '')), 'B')
) STORED;

CREATE INDEX ix_products_search ON products USING gin (search);
