-- migcheck: revises = "20250114_201"
-- Creates invoices. Their numbers come from the database, begin at 1000 and are never given twice.
CREATE TABLE invoices (
    invoice_number BIGINT NOT NULL AUTO_INCREMENT,
    account_id BIGINT NOT NULL,
    amount NUMERIC(10, 2) NOT NULL,
    issued_on DATE NOT NULL,
    due_on DATE NOT NULL,
    PRIMARY KEY (invoice_number),
    INDEX ix_invoices_account_id_issued_on (account_id, issued_on DESC),
    CONSTRAINT ck_invoices_amount CHECK (amount >= 0),
    CONSTRAINT ck_invoices_due_on CHECK (due_on >= issued_on),
    CONSTRAINT fk_invoices_account_id FOREIGN KEY (account_id)
        REFERENCES billing_accounts (id) ON DELETE RESTRICT
) AUTO_INCREMENT = 1000;
