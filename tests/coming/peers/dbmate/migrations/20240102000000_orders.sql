-- migrate:up
CREATE TABLE orders (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL);

-- migrate:down
DROP TABLE orders;
