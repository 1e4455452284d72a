-- The old name for the old release.
ALTER TABLE webhook_attempts RENAME TO webhook_deliveries;
