"""prices"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vector_feed__vector_prices",
        sa.Column("time_index", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asset_identifier", sa.String(length=255), nullable=False),
        sa.Column("source_uid", sa.Uuid(), nullable=False),
        sa.Column("price", sa.Numeric(precision=38, scale=18), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_identifier"],
            ["ms_markets__asset.unique_identifier"],
            name="fk_vector_prices_asset",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["source_uid"],
            ["vector_feed__source.uid"],
            name="fk_vector_prices_source",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "uix_vector_prices_grain",
        "vector_feed__vector_prices",
        ["time_index", "asset_identifier"],
        unique=True,
    )


def downgrade() -> None:
    op.drop_table("vector_feed__vector_prices")
