-- Jobs that wait are lost.
DROP TABLE jobs;
