"""orders"""

from alembic import op

revision = "2f00aa02"
down_revision = "1f00aa01"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TABLE orders (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL)")


def downgrade():
    op.execute("DROP TABLE orders")
