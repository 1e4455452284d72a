-- migcheck: revises = "base"
-- Notes, in the order in which they were written.
CREATE TABLE notes (
    id integer NOT NULL PRIMARY KEY,
    text text NOT NULL
) STRICT;
