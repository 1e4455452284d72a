-- migcheck: revises = "20250108_003"
-- migcheck: labels = ["billing"]
-- Creates billing accounts, one a team. A team that was ever billed cannot be deleted.
CREATE TABLE billing_accounts (
    id BIGINT NOT NULL,
    team_id BIGINT NOT NULL,
    currency CHAR(3) NOT NULL DEFAULT 'EUR',
    balance NUMERIC(12, 2) NOT NULL DEFAULT 0,
    credit_limit NUMERIC(12, 2) NOT NULL DEFAULT 0,
    vat_id VARCHAR(20),
    CONSTRAINT pk_billing_accounts PRIMARY KEY (id),
    CONSTRAINT uq_billing_accounts_team_id UNIQUE (team_id),
    CONSTRAINT ck_billing_accounts_currency CHECK (currency IN ('EUR', 'USD', 'GBP')),
    CONSTRAINT ck_billing_accounts_balance CHECK (balance + credit_limit >= 0),
    CONSTRAINT fk_billing_accounts_team_id FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT
);
