-- migcheck: transaction = false
-- Dropped as it was built, without holding up payments.
DROP INDEX CONCURRENTLY ix_payments_paid_at;
