"""Create the pricing tables.

Revision ID: 1003
Revises: 1002
Create Date: 2026-11-23 20:25:38.553267

A revision is literal: no import of msm packages, no look at the live database, no schema="public".
It must work while the previous release still runs.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "1003"
down_revision: str | None = "1002"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "ms_markets__curve",
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("unique_identifier", sa.String(length=255), nullable=False),
        sa.Column("display_name", sa.String(length=255), nullable=False),
        sa.Column("curve_type", sa.String(length=64), nullable=False),
        sa.Column("currency_code", sa.String(length=16), nullable=True),
        sa.Column("quote_side", sa.String(length=32), nullable=True),
        sa.Column("interpolation_method", sa.String(length=64), nullable=True),
        sa.Column("compounding", sa.String(length=64), nullable=True),
        sa.Column("source", sa.String(length=255), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk__ms_markets__curve")),
    )
    op.create_index(
        op.f("ix__ms_markets__curve__currency_code"),
        "ms_markets__curve",
        ["currency_code"],
        unique=False,
    )
    op.create_index(
        op.f("ix__ms_markets__curve__curve_type"), "ms_markets__curve", ["curve_type"], unique=False
    )
    op.create_index(
        op.f("ix__ms_markets__curve__quote_side"), "ms_markets__curve", ["quote_side"], unique=False
    )
    op.create_index(
        op.f("ix__ms_markets__curve__source"), "ms_markets__curve", ["source"], unique=False
    )
    op.create_index(
        op.f("ix__ms_markets__curve__status"), "ms_markets__curve", ["status"], unique=False
    )
    op.create_index(
        op.f("uix__ms_markets__curve__unique_identifier"),
        "ms_markets__curve",
        ["unique_identifier"],
        unique=True,
    )
    op.create_table(
        "ms_markets__pricingmarketdataset",
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("set_key", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk__ms_markets__pricingmarketdataset")),
    )
    op.create_index(
        op.f("ix__ms_markets__pricingmarketdataset__status"),
        "ms_markets__pricingmarketdataset",
        ["status"],
        unique=False,
    )
    op.create_index(
        op.f("uix__ms_markets__pricingmarketdataset__set_key"),
        "ms_markets__pricingmarketdataset",
        ["set_key"],
        unique=True,
    )
    op.create_table(
        "ms_markets__assetcurrentpricingdetails",
        sa.Column("asset_uid", sa.Uuid(), nullable=False),
        sa.Column("instrument_type", sa.String(length=128), nullable=False),
        sa.Column("instrument_dump", sa.JSON(), nullable=False),
        sa.Column("pricing_details_date", sa.DateTime(timezone=True), nullable=False),
        sa.Column("serialization_format", sa.String(length=128), nullable=False),
        sa.Column("pricing_package_version", sa.String(length=64), nullable=True),
        sa.Column("source", sa.String(length=255), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asset_uid"],
            ["ms_markets__asset.uid"],
            name=op.f("fk__ms_markets__assetcurrentpricingdetails__asset_ui_1c2887baef"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "asset_uid", name=op.f("pk__ms_markets__assetcurrentpricingdetails")
        ),
    )
    op.create_index(
        op.f("ix__ms_markets__assetcurrentpricingdetails__instrument_type"),
        "ms_markets__assetcurrentpricingdetails",
        ["instrument_type"],
        unique=False,
    )
    op.create_index(
        op.f("ix__ms_markets__assetcurrentpricingdetails__pricing_dc942ad94f"),
        "ms_markets__assetcurrentpricingdetails",
        ["pricing_details_date"],
        unique=False,
    )
    op.create_table(
        "ms_markets__assetpricingdetailsts",
        sa.Column("time_index", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asset_identifier", sa.String(length=255), nullable=False),
        sa.Column("instrument_dump", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("instrument_type", sa.String(length=128), nullable=False),
        sa.Column("serialization_format", sa.String(length=128), nullable=False),
        sa.Column("pricing_package_version", sa.String(length=64), nullable=True),
        sa.Column("source", sa.String(length=255), nullable=True),
        sa.Column("metadata", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["asset_identifier"],
            ["ms_markets__asset.unique_identifier"],
            name=op.f("fk__ms_markets__assetpricingdetailsts__asset_identif_f006fec295"),
            ondelete="RESTRICT",
        ),
    )
    op.create_index(
        "uix__ms_markets__assetpricingdetailsts__time_index_affb4cd407",
        "ms_markets__assetpricingdetailsts",
        ["time_index", "asset_identifier"],
        unique=True,
    )
    op.create_table(
        "ms_markets__curvebuildingdetails",
        sa.Column("curve_uid", sa.Uuid(), nullable=False),
        sa.Column("builder_type", sa.String(length=64), nullable=False),
        sa.Column("quote_convention", sa.String(length=64), nullable=False),
        sa.Column("rate_unit", sa.String(length=32), nullable=False),
        sa.Column("day_counter_code", sa.String(length=64), nullable=False),
        sa.Column("calendar_code", sa.String(length=64), nullable=False),
        sa.Column("interpolation_method", sa.String(length=64), nullable=False),
        sa.Column("compounding", sa.String(length=64), nullable=False),
        sa.Column("compounding_frequency", sa.String(length=64), nullable=True),
        sa.Column("extrapolation_policy", sa.String(length=64), nullable=False),
        sa.Column("bootstrap_method", sa.String(length=64), nullable=True),
        sa.Column("builder_payload", sa.JSON(), nullable=True),
        sa.Column("source", sa.String(length=255), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["curve_uid"],
            ["ms_markets__curve.uid"],
            name=op.f("fk__ms_markets__curvebuildingdetails__curve_uid__ms_8b16d2f8b7"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("curve_uid", name=op.f("pk__ms_markets__curvebuildingdetails")),
    )
    op.create_index(
        op.f("ix__ms_markets__curvebuildingdetails__builder_type"),
        "ms_markets__curvebuildingdetails",
        ["builder_type"],
        unique=False,
    )
    op.create_index(
        op.f("ix__ms_markets__curvebuildingdetails__quote_convention"),
        "ms_markets__curvebuildingdetails",
        ["quote_convention"],
        unique=False,
    )
    op.create_index(
        op.f("ix__ms_markets__curvebuildingdetails__source"),
        "ms_markets__curvebuildingdetails",
        ["source"],
        unique=False,
    )
    op.create_table(
        "ms_markets__discountcurvests",
        sa.Column("time_index", sa.DateTime(timezone=True), nullable=False),
        sa.Column("curve_identifier", sa.String(length=255), nullable=False),
        sa.Column("curve", sa.String(), nullable=False),
        sa.Column("key_nodes", sa.Text(), nullable=True),
        sa.Column("metadata_json", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["curve_identifier"],
            ["ms_markets__curve.unique_identifier"],
            name=op.f("fk__ms_markets__discountcurvests__curve_identifier_0413caaa5f"),
            ondelete="RESTRICT",
        ),
    )
    op.create_index(
        "uix__ms_markets__discountcurvests__time_index__curve_identifier",
        "ms_markets__discountcurvests",
        ["time_index", "curve_identifier"],
        unique=True,
    )
    op.create_table(
        "ms_markets__indexconventiondetails",
        sa.Column("index_uid", sa.Uuid(), nullable=False),
        sa.Column("index_family", sa.String(length=64), nullable=False),
        sa.Column("convention_dump", sa.JSON(), nullable=False),
        sa.Column("serialization_format", sa.String(length=128), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["index_uid"],
            ["ms_markets__index.uid"],
            name=op.f("fk__ms_markets__indexconventiondetails__index_uid__m_b3b3091742"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("index_uid", name=op.f("pk__ms_markets__indexconventiondetails")),
    )
    op.create_index(
        op.f("ix__ms_markets__indexconventiondetails__index_family"),
        "ms_markets__indexconventiondetails",
        ["index_family"],
        unique=False,
    )
    op.create_index(
        op.f("ix__ms_markets__indexconventiondetails__source"),
        "ms_markets__indexconventiondetails",
        ["source"],
        unique=False,
    )
    op.create_table(
        "ms_markets__indexfixingsts",
        sa.Column("time_index", sa.DateTime(timezone=True), nullable=False),
        sa.Column("index_identifier", sa.String(length=255), nullable=False),
        sa.Column("rate", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["index_identifier"],
            ["ms_markets__index.unique_identifier"],
            name=op.f("fk__ms_markets__indexfixingsts__index_identifier__ms_011a6aef3b"),
            ondelete="RESTRICT",
        ),
    )
    op.create_index(
        "uix__ms_markets__indexfixingsts__time_index__index_identifier",
        "ms_markets__indexfixingsts",
        ["time_index", "index_identifier"],
        unique=True,
    )
    op.create_table(
        "ms_markets__pricingmarketdatasetbinding",
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("market_data_set_uid", sa.Uuid(), nullable=False),
        sa.Column("concept_key", sa.String(length=128), nullable=False),
        sa.Column("data_node_uid", sa.Uuid(), nullable=False),
        sa.Column("storage_table_identifier", sa.String(length=255), nullable=True),
        sa.Column("source", sa.String(length=255), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["market_data_set_uid"],
            ["ms_markets__pricingmarketdataset.uid"],
            name=op.f("fk__ms_markets__pricingmarketdatasetbinding__market_905593db9d"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk__ms_markets__pricingmarketdatasetbinding")),
    )
    op.create_index(
        op.f("ix__ms_markets__pricingmarketdatasetbinding__concept_key"),
        "ms_markets__pricingmarketdatasetbinding",
        ["concept_key"],
        unique=False,
    )
    op.create_index(
        op.f("ix__ms_markets__pricingmarketdatasetbinding__data_node_uid"),
        "ms_markets__pricingmarketdatasetbinding",
        ["data_node_uid"],
        unique=False,
    )
    op.create_index(
        op.f("uix__ms_markets__pricingmarketdatasetbinding__market_7fb160d6c7"),
        "ms_markets__pricingmarketdatasetbinding",
        ["market_data_set_uid", "concept_key"],
        unique=True,
    )
    op.create_table(
        "ms_markets__pricingmarketdatasetcurvebinding",
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("market_data_set_uid", sa.Uuid(), nullable=False),
        sa.Column("binding_key", sa.String(length=255), nullable=False),
        sa.Column("role_key", sa.String(length=64), nullable=False),
        sa.Column("selector_type", sa.String(length=64), nullable=False),
        sa.Column("selector_key", sa.String(length=255), nullable=False),
        sa.Column("quote_side", sa.String(length=32), nullable=True),
        sa.Column("curve_uid", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["curve_uid"],
            ["ms_markets__curve.uid"],
            name=op.f("fk__ms_markets__pricingmarketdatasetcurvebinding__cu_5fe237c524"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["market_data_set_uid"],
            ["ms_markets__pricingmarketdataset.uid"],
            name=op.f("fk__ms_markets__pricingmarketdatasetcurvebinding__ma_3e1d491d04"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "uid", name=op.f("pk__ms_markets__pricingmarketdatasetcurvebinding")
        ),
    )
    op.create_index(
        op.f("ix__ms_markets__pricingmarketdatasetcurvebinding__curve_uid"),
        "ms_markets__pricingmarketdatasetcurvebinding",
        ["curve_uid"],
        unique=False,
    )
    op.create_index(
        op.f("ix__ms_markets__pricingmarketdatasetcurvebinding__quote_side"),
        "ms_markets__pricingmarketdatasetcurvebinding",
        ["quote_side"],
        unique=False,
    )
    op.create_index(
        op.f("ix__ms_markets__pricingmarketdatasetcurvebinding__role_key"),
        "ms_markets__pricingmarketdatasetcurvebinding",
        ["role_key"],
        unique=False,
    )
    op.create_index(
        op.f("ix__ms_markets__pricingmarketdatasetcurvebinding__se_c122951238"),
        "ms_markets__pricingmarketdatasetcurvebinding",
        ["selector_type", "selector_key"],
        unique=False,
    )
    op.create_index(
        op.f("ix__ms_markets__pricingmarketdatasetcurvebinding__status"),
        "ms_markets__pricingmarketdatasetcurvebinding",
        ["status"],
        unique=False,
    )
    op.create_index(
        op.f("uix__ms_markets__pricingmarketdatasetcurvebinding__m_a4fd2dc807"),
        "ms_markets__pricingmarketdatasetcurvebinding",
        ["market_data_set_uid", "binding_key"],
        unique=True,
    )


def downgrade() -> None:
    op.drop_index(
        op.f("uix__ms_markets__pricingmarketdatasetcurvebinding__m_a4fd2dc807"),
        table_name="ms_markets__pricingmarketdatasetcurvebinding",
    )
    op.drop_index(
        op.f("ix__ms_markets__pricingmarketdatasetcurvebinding__status"),
        table_name="ms_markets__pricingmarketdatasetcurvebinding",
    )
    op.drop_index(
        op.f("ix__ms_markets__pricingmarketdatasetcurvebinding__se_c122951238"),
        table_name="ms_markets__pricingmarketdatasetcurvebinding",
    )
    op.drop_index(
        op.f("ix__ms_markets__pricingmarketdatasetcurvebinding__role_key"),
        table_name="ms_markets__pricingmarketdatasetcurvebinding",
    )
    op.drop_index(
        op.f("ix__ms_markets__pricingmarketdatasetcurvebinding__quote_side"),
        table_name="ms_markets__pricingmarketdatasetcurvebinding",
    )
    op.drop_index(
        op.f("ix__ms_markets__pricingmarketdatasetcurvebinding__curve_uid"),
        table_name="ms_markets__pricingmarketdatasetcurvebinding",
    )
    op.drop_table("ms_markets__pricingmarketdatasetcurvebinding")
    op.drop_index(
        op.f("uix__ms_markets__pricingmarketdatasetbinding__market_7fb160d6c7"),
        table_name="ms_markets__pricingmarketdatasetbinding",
    )
    op.drop_index(
        op.f("ix__ms_markets__pricingmarketdatasetbinding__data_node_uid"),
        table_name="ms_markets__pricingmarketdatasetbinding",
    )
    op.drop_index(
        op.f("ix__ms_markets__pricingmarketdatasetbinding__concept_key"),
        table_name="ms_markets__pricingmarketdatasetbinding",
    )
    op.drop_table("ms_markets__pricingmarketdatasetbinding")
    op.drop_index(
        "uix__ms_markets__indexfixingsts__time_index__index_identifier",
        table_name="ms_markets__indexfixingsts",
    )
    op.drop_table("ms_markets__indexfixingsts")
    op.drop_index(
        op.f("ix__ms_markets__indexconventiondetails__source"),
        table_name="ms_markets__indexconventiondetails",
    )
    op.drop_index(
        op.f("ix__ms_markets__indexconventiondetails__index_family"),
        table_name="ms_markets__indexconventiondetails",
    )
    op.drop_table("ms_markets__indexconventiondetails")
    op.drop_index(
        "uix__ms_markets__discountcurvests__time_index__curve_identifier",
        table_name="ms_markets__discountcurvests",
    )
    op.drop_table("ms_markets__discountcurvests")
    op.drop_index(
        op.f("ix__ms_markets__curvebuildingdetails__source"),
        table_name="ms_markets__curvebuildingdetails",
    )
    op.drop_index(
        op.f("ix__ms_markets__curvebuildingdetails__quote_convention"),
        table_name="ms_markets__curvebuildingdetails",
    )
    op.drop_index(
        op.f("ix__ms_markets__curvebuildingdetails__builder_type"),
        table_name="ms_markets__curvebuildingdetails",
    )
    op.drop_table("ms_markets__curvebuildingdetails")
    op.drop_index(
        "uix__ms_markets__assetpricingdetailsts__time_index_affb4cd407",
        table_name="ms_markets__assetpricingdetailsts",
    )
    op.drop_table("ms_markets__assetpricingdetailsts")
    op.drop_index(
        op.f("ix__ms_markets__assetcurrentpricingdetails__pricing_dc942ad94f"),
        table_name="ms_markets__assetcurrentpricingdetails",
    )
    op.drop_index(
        op.f("ix__ms_markets__assetcurrentpricingdetails__instrument_type"),
        table_name="ms_markets__assetcurrentpricingdetails",
    )
    op.drop_table("ms_markets__assetcurrentpricingdetails")
    op.drop_index(
        op.f("uix__ms_markets__pricingmarketdataset__set_key"),
        table_name="ms_markets__pricingmarketdataset",
    )
    op.drop_index(
        op.f("ix__ms_markets__pricingmarketdataset__status"),
        table_name="ms_markets__pricingmarketdataset",
    )
    op.drop_table("ms_markets__pricingmarketdataset")
    op.drop_index(op.f("uix__ms_markets__curve__unique_identifier"), table_name="ms_markets__curve")
    op.drop_index(op.f("ix__ms_markets__curve__status"), table_name="ms_markets__curve")
    op.drop_index(op.f("ix__ms_markets__curve__source"), table_name="ms_markets__curve")
    op.drop_index(op.f("ix__ms_markets__curve__quote_side"), table_name="ms_markets__curve")
    op.drop_index(op.f("ix__ms_markets__curve__curve_type"), table_name="ms_markets__curve")
    op.drop_index(op.f("ix__ms_markets__curve__currency_code"), table_name="ms_markets__curve")
    op.drop_table("ms_markets__curve")
