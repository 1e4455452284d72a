-- +goose Up
CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL);

-- +goose Down
DROP TABLE users;
