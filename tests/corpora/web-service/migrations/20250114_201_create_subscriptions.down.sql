-- Subscriptions first: they refer to plans.
DROP TABLE subscriptions;
DROP TABLE plans;
