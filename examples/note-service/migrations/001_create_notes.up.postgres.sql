-- migcheck: revises = "base"
-- Notes, in the order in which they were written.
CREATE TABLE notes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    text text NOT NULL
);
