"""notes"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # As the SDK metatables writes it, and without a reason for the loss.
    with op.batch_alter_table("vector_feed__source") as batch_op:
        batch_op.add_column(sa.Column("note", sa.Text(), nullable=True))
        batch_op.drop_column("legacy_code")


def downgrade() -> None:
    with op.batch_alter_table("vector_feed__source") as batch_op:
        batch_op.add_column(sa.Column("legacy_code", sa.String(length=8), nullable=True))
        batch_op.drop_column("note")
