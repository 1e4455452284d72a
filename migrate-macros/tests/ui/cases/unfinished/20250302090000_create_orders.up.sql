-- migcheck: revises = "20250301090000"
-- migcheck: todo = "write the block of Python below in SQL, then delete this line"
/* TODO: write this in SQL (versions/a1b2c3_orders.py, line 12):

    op.create_table("orders", sa.Column("id", sa.BigInteger(), primary_key=True))
*/
