-- Deliveries first: they refer to endpoints.
DROP TABLE webhook_deliveries;
DROP TABLE webhook_endpoints;
