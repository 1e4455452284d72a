-- migcheck: revises = "base"
DROP TABLE orders;
