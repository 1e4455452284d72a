-- migcheck: revises = "base"
CREATE TABLE words (id INTEGER PRIMARY KEY, word VARCHAR(40) NOT NULL);
