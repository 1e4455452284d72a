"""merge"""

from alembic import op

revision = "4f00aa04"
down_revision = ("2f00aa02", "3f00aa03")
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
