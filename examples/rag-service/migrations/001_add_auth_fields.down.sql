-- The indexes go with the table.
DROP TABLE users;
