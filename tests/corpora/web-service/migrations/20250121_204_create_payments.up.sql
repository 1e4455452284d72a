-- migcheck: revises = "20250120_004"
-- migcheck: touches = ["payments"]
-- Creates payments, each for an invoice and, where goods were sold, for an order.
CREATE TABLE payments (
    id BIGINT NOT NULL,
    invoice_number BIGINT NOT NULL,
    team_id BIGINT,
    order_no INTEGER,
    amount_cents BIGINT NOT NULL,
    method VARCHAR(16) NOT NULL,
    card_fingerprint VARCHAR(64),
    paid_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT pk_payments PRIMARY KEY (id),
    CONSTRAINT ck_payments_amount_cents CHECK (amount_cents <> 0),
    CONSTRAINT ck_payments_method CHECK (method IN ('card', 'transfer', 'credit')),
    CONSTRAINT fk_payments_invoice_number FOREIGN KEY (invoice_number)
        REFERENCES invoices (invoice_number) ON DELETE RESTRICT,
    CONSTRAINT fk_payments_order FOREIGN KEY (team_id, order_no)
        REFERENCES orders (team_id, order_no) ON UPDATE CASCADE ON DELETE RESTRICT
);

CREATE INDEX ix_payments_invoice_number ON payments (invoice_number);
CREATE INDEX ix_payments_order ON payments (team_id, order_no);
