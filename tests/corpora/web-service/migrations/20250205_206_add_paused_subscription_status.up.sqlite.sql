-- migcheck: revises = "20250203_008"
-- migcheck: touches = ["subscriptions"]
-- Adds the status of a subscription that its holder has paused. SQLite cannot change a CHECK, so the
-- table is built anew; no table refers to subscriptions.
CREATE TABLE subscriptions_new (
    id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    plan_code VARCHAR(32) NOT NULL,
    status VARCHAR(16) NOT NULL DEFAULT 'trialing',
    started_on DATE NOT NULL DEFAULT CURRENT_DATE,
    ends_on DATE,
    CONSTRAINT pk_subscriptions PRIMARY KEY (id),
    CONSTRAINT ck_subscriptions_status CHECK (status IN ('trialing', 'active', 'paused', 'past_due', 'cancelled')),
    CONSTRAINT ck_subscriptions_ends_on CHECK (ends_on >= started_on),
    CONSTRAINT fk_subscriptions_account_id FOREIGN KEY (account_id)
        REFERENCES billing_accounts (id) ON DELETE CASCADE,
    CONSTRAINT fk_subscriptions_plan_code FOREIGN KEY (plan_code)
        REFERENCES plans (plan_code) ON UPDATE CASCADE ON DELETE RESTRICT
);

INSERT INTO subscriptions_new (id, account_id, plan_code, status, started_on, ends_on)
SELECT id, account_id, plan_code, status, started_on, ends_on FROM subscriptions;

DROP TABLE subscriptions;
ALTER TABLE subscriptions_new RENAME TO subscriptions;

CREATE INDEX ix_subscriptions_account_id ON subscriptions (account_id);
CREATE INDEX ix_subscriptions_plan_code ON subscriptions (plan_code);
