-- migcheck: revises = "base"
-- Notes, in the order in which they were written.
CREATE TABLE notes (
    id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    text text NOT NULL
);
