-- migcheck: revises = "20250219_506"
-- Adds the revenue of each day. Materialized, and refreshed at night; the unique index lets that happen
-- CONCURRENTLY.
CREATE MATERIALIZED VIEW revenue_by_day AS
SELECT paid_at::date AS paid_on, method, COUNT(*) AS payment_count, SUM(amount_cents) AS amount_cents
FROM payments
GROUP BY paid_at::date, method;

CREATE UNIQUE INDEX uq_revenue_by_day ON revenue_by_day (paid_on, method);
