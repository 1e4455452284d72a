-- migcheck: revises = "20250114_201"
-- Creates invoices. Their numbers come from the database and are never given twice, which SQLite
-- promises only with AUTOINCREMENT.
CREATE TABLE invoices (
    invoice_number INTEGER NOT NULL CONSTRAINT pk_invoices PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL,
    amount NUMERIC(10, 2) NOT NULL,
    issued_on DATE NOT NULL,
    due_on DATE NOT NULL,
    CONSTRAINT ck_invoices_amount CHECK (amount >= 0),
    CONSTRAINT ck_invoices_due_on CHECK (due_on >= issued_on),
    CONSTRAINT fk_invoices_account_id FOREIGN KEY (account_id)
        REFERENCES billing_accounts (id) ON DELETE RESTRICT
);

CREATE INDEX ix_invoices_account_id_issued_on ON invoices (account_id, issued_on DESC);
