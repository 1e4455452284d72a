DROP TABLE merge;
