-- no-transaction
CREATE TABLE orders (id bigint PRIMARY KEY);
