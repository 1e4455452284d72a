-- migcheck: revises = "20250113_300"
-- Creates orders, numbered within their team. An order stays when the user who placed it goes.
CREATE TABLE orders (
    team_id BIGINT NOT NULL,
    order_no INTEGER NOT NULL,
    placed_by BIGINT,
    status VARCHAR(16) NOT NULL DEFAULT 'draft',
    note TEXT,
    placed_at TIMESTAMP NULL,
    CONSTRAINT pk_orders PRIMARY KEY (team_id, order_no),
    CONSTRAINT ck_orders_status CHECK (status IN ('draft', 'placed', 'shipped', 'returned')),
    CONSTRAINT fk_orders_team_id FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT,
    CONSTRAINT fk_orders_placed_by FOREIGN KEY (placed_by) REFERENCES users (id) ON DELETE SET NULL
);

CREATE INDEX ix_orders_placed_by ON orders (placed_by);
