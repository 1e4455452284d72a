-- migcheck: revises = "20250219_506"
-- Adds the revenue of each day.
CREATE VIEW revenue_by_day AS
SELECT DATE(paid_at) AS paid_on, method, COUNT(*) AS payment_count, SUM(amount_cents) AS amount_cents
FROM payments
GROUP BY DATE(paid_at), method;
