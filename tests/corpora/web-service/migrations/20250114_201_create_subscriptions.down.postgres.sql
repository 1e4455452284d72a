-- The type goes last: the column uses it.
DROP TABLE subscriptions;
DROP TABLE plans;
DROP TYPE subscription_status;
