-- migcheck: revises = "20250115_301"
-- Creates order lines. A line's total is computed by the database, so that no report can disagree.
CREATE TABLE order_lines (
    team_id BIGINT NOT NULL,
    order_no INTEGER NOT NULL,
    line_no SMALLINT NOT NULL,
    product_id BIGINT NOT NULL,
    quantity INTEGER NOT NULL DEFAULT 1,
    unit_price_cents BIGINT NOT NULL,
    total_cents BIGINT GENERATED ALWAYS AS (quantity * unit_price_cents) STORED,
    CONSTRAINT pk_order_lines PRIMARY KEY (team_id, order_no, line_no),
    CONSTRAINT ck_order_lines_quantity CHECK (quantity BETWEEN 1 AND 10000),
    CONSTRAINT ck_order_lines_unit_price_cents CHECK (unit_price_cents BETWEEN 0 AND 100000000),
    CONSTRAINT fk_order_lines_order FOREIGN KEY (team_id, order_no)
        REFERENCES orders (team_id, order_no) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT fk_order_lines_product_id FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE RESTRICT
);

CREATE INDEX ix_order_lines_product_id ON order_lines (product_id);
