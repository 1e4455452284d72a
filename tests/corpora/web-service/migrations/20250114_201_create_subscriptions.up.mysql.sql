-- migcheck: revises = "20250110_200"
-- Creates plans and the subscriptions to them. A plan is known by its code, which may be changed.
CREATE TABLE plans (
    plan_code VARCHAR(32) NOT NULL,
    title VARCHAR(100) NOT NULL,
    monthly_price NUMERIC(10, 2) NOT NULL,
    seats INTEGER,
    PRIMARY KEY (plan_code),
    CONSTRAINT ck_plans_monthly_price CHECK (monthly_price >= 0)
);

CREATE TABLE subscriptions (
    id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    plan_code VARCHAR(32) NOT NULL,
    status ENUM ('trialing', 'active', 'past_due', 'cancelled') NOT NULL DEFAULT 'trialing',
    started_on DATE NOT NULL DEFAULT (CURRENT_DATE),
    ends_on DATE,
    PRIMARY KEY (id),
    INDEX ix_subscriptions_account_id (account_id),
    INDEX ix_subscriptions_plan_code (plan_code),
    CONSTRAINT ck_subscriptions_ends_on CHECK (ends_on >= started_on),
    CONSTRAINT fk_subscriptions_account_id FOREIGN KEY (account_id)
        REFERENCES billing_accounts (id) ON DELETE CASCADE,
    CONSTRAINT fk_subscriptions_plan_code FOREIGN KEY (plan_code)
        REFERENCES plans (plan_code) ON UPDATE CASCADE ON DELETE RESTRICT
);
