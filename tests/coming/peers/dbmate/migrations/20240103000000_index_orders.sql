-- migrate:up
CREATE INDEX orders_by_user ON orders (user_id);

-- migrate:down
DROP INDEX orders_by_user;
