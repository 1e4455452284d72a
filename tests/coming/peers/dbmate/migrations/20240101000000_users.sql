-- migrate:up
CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL);

-- migrate:down
DROP TABLE users;
