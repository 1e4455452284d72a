-- migcheck: revises = "20250205_206"
-- migcheck: touches = ["payments"]
-- Adds the index that the monthly closing needed from the start. Without INCLUDE the amount becomes a key column.
CREATE INDEX ix_payments_paid_at ON payments (paid_at, amount_cents);
