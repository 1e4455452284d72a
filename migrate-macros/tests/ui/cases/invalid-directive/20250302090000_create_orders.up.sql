-- migcheck: revises = "20250301090000"
-- migcheck: revises = "20250301090000"
-- migcheck: transaction = "false"
-- migcheck: labels = billing
-- migcheck:
-- migcheck: irreversible = ""
-- migcheck: allow = ["cycle", "mising-down"]
CREATE TABLE orders (id bigint PRIMARY KEY);
-- migcheck: touches = ["orders"]
