-- migcheck: revises = "20250203_008"
-- migcheck: touches = ["subscriptions"]
-- Adds the status of a subscription that its holder has paused.
ALTER TYPE subscription_status ADD VALUE 'paused' AFTER 'active';
