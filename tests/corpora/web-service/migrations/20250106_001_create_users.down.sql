-- Back to an empty database.
DROP TABLE users;
