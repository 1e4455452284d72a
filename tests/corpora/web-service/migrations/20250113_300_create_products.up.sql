-- migcheck: revises = "20250108_003"
-- Creates products and the tree of categories they are sorted into.
CREATE TABLE categories (
    id BIGINT NOT NULL,
    parent_id BIGINT,
    name VARCHAR(100) NOT NULL,
    position INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT pk_categories PRIMARY KEY (id),
    CONSTRAINT uq_categories_parent_id_name UNIQUE (parent_id, name),
    CONSTRAINT fk_categories_parent_id FOREIGN KEY (parent_id) REFERENCES categories (id) ON DELETE RESTRICT
);

CREATE TABLE products (
    id BIGINT NOT NULL,
    category_id BIGINT,
    sku VARCHAR(64) NOT NULL,
    name VARCHAR(200) NOT NULL,
    description VARCHAR(2000),
    price_cents BIGINT NOT NULL,
    weight_grams DOUBLE PRECISION,
    CONSTRAINT pk_products PRIMARY KEY (id),
    CONSTRAINT uq_products_sku UNIQUE (sku),
    CONSTRAINT ck_products_price_cents CHECK (price_cents >= 0),
    CONSTRAINT ck_products_weight_grams CHECK (weight_grams > 0),
    CONSTRAINT fk_products_category_id FOREIGN KEY (category_id) REFERENCES categories (id) ON DELETE SET NULL
);

CREATE INDEX ix_products_category_id ON products (category_id);
