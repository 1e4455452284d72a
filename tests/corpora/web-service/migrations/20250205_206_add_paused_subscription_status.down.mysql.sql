-- Paused subscriptions become past due, because the shorter list has no place for them.
UPDATE subscriptions SET status = 'past_due' WHERE status = 'paused';

ALTER TABLE subscriptions MODIFY COLUMN status
    ENUM ('trialing', 'active', 'past_due', 'cancelled') NOT NULL DEFAULT 'trialing';
