-- migcheck: revises = "20250205_206"
-- migcheck: transaction = false
-- migcheck: touches = ["payments"]
-- Adds the index that the monthly closing needed from the start. Payments never stop coming in, so it is
-- built CONCURRENTLY.
CREATE INDEX CONCURRENTLY ix_payments_paid_at ON payments (paid_at) INCLUDE (amount_cents);
