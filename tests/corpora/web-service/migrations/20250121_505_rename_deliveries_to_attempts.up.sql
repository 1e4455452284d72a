-- migcheck: revises = "20250120_504"
-- migcheck: touches = ["webhook_*"]
-- Calls deliveries attempts, because most of them fail. Constraints and indexes keep their names.
ALTER TABLE webhook_deliveries RENAME TO webhook_attempts;
