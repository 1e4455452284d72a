-- migcheck: revises = "20250110_200"
-- Creates plans and the subscriptions to them. A plan is known by its code, which may be changed.
CREATE TABLE plans (
    plan_code VARCHAR(32) NOT NULL,
    title VARCHAR(100) NOT NULL,
    monthly_price NUMERIC(10, 2) NOT NULL,
    seats INTEGER,
    CONSTRAINT pk_plans PRIMARY KEY (plan_code),
    CONSTRAINT ck_plans_monthly_price CHECK (monthly_price >= 0)
);

CREATE TABLE subscriptions (
    id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    plan_code VARCHAR(32) NOT NULL,
    status VARCHAR(16) NOT NULL DEFAULT 'trialing',
    started_on DATE NOT NULL DEFAULT CURRENT_DATE,
    ends_on DATE,
    CONSTRAINT pk_subscriptions PRIMARY KEY (id),
    CONSTRAINT ck_subscriptions_status CHECK (status IN ('trialing', 'active', 'past_due', 'cancelled')),
    CONSTRAINT ck_subscriptions_ends_on CHECK (ends_on >= started_on),
    CONSTRAINT fk_subscriptions_account_id FOREIGN KEY (account_id)
        REFERENCES billing_accounts (id) ON DELETE CASCADE,
    CONSTRAINT fk_subscriptions_plan_code FOREIGN KEY (plan_code)
        REFERENCES plans (plan_code) ON UPDATE CASCADE ON DELETE RESTRICT
);

CREATE INDEX ix_subscriptions_account_id ON subscriptions (account_id);
CREATE INDEX ix_subscriptions_plan_code ON subscriptions (plan_code);
