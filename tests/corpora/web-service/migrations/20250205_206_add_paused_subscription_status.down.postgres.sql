-- A label cannot be taken out of a type, so the type is made anew. Paused subscriptions become past due.
UPDATE subscriptions SET status = 'past_due' WHERE status = 'paused';

ALTER TYPE subscription_status RENAME TO subscription_status_with_paused;
CREATE TYPE subscription_status AS ENUM ('trialing', 'active', 'past_due', 'cancelled');

ALTER TABLE subscriptions
    ALTER COLUMN status DROP DEFAULT,
    ALTER COLUMN status TYPE subscription_status USING status::text::subscription_status,
    ALTER COLUMN status SET DEFAULT 'trialing';

DROP TYPE subscription_status_with_paused;
