-- migcheck: revise = "20250301090000"
-- migcheck: banana = true
CREATE TABLE orders (id bigint PRIMARY KEY);
