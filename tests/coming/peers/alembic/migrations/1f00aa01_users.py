"""users"""

from alembic import op

revision = "1f00aa01"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL)")


def downgrade():
    op.execute("DROP TABLE users")
