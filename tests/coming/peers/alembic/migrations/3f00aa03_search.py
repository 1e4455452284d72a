"""search"""

from alembic import op

revision = "3f00aa03"
down_revision = "1f00aa01"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE INDEX users_by_name ON users (name)")


def downgrade():
    op.execute("DROP INDEX users_by_name")
