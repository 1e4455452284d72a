-- The index goes with the table.
DROP TABLE dunning_notices;
