-- migcheck: revises = "20250302090000"
CREATE TABLE refunds (id bigint PRIMARY KEY);
