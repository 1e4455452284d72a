-- migcheck: revises = "20250203_008"
-- migcheck: touches = ["subscriptions"]
-- Adds the status of a subscription that its holder has paused.
ALTER TABLE subscriptions MODIFY COLUMN status
    ENUM ('trialing', 'active', 'paused', 'past_due', 'cancelled') NOT NULL DEFAULT 'trialing';
