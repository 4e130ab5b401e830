"""sources"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vector_feed__source",
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("legacy_code", sa.String(length=8), nullable=True),
        sa.CheckConstraint("kind IN ('vendor', 'own')", name="ck_source_kind"),
        sa.PrimaryKeyConstraint("uid", name="source_pkey"),
        schema="public",
    )
    op.create_index("source_name_idx", "vector_feed__source", ["name"])


def downgrade() -> None:
    op.drop_table("vector_feed__source")
