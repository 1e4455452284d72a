-- Signs everybody out.
DROP TABLE sessions;
