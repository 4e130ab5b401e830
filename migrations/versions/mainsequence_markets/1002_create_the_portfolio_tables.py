"""Create the portfolio tables.

Revision ID: 1002
Revises: 1001
Create Date: 2026-11-23 20:25:36.464526

A revision is literal: no import of msm packages, no look at the live database, no schema="public".
It must work while the previous release still runs.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "1002"
down_revision: str | None = "1001"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "ms_markets__portfoliometadata",
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("unique_identifier", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk__ms_markets__portfoliometadata")),
    )
    op.create_index(
        op.f("uix__ms_markets__portfoliometadata__unique_identifier"),
        "ms_markets__portfoliometadata",
        ["unique_identifier"],
        unique=True,
    )
    op.create_table(
        "ms_markets__rebalancestrategymetadata",
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("rebalance_strategy_uid", sa.String(length=255), nullable=False),
        sa.Column("rebalance_strategy_description", sa.Text(), nullable=True),
        sa.Column("configuration_json", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk__ms_markets__rebalancestrategymetadata")),
    )
    op.create_index(
        op.f("uix__ms_markets__rebalancestrategymetadata__rebalanc_a097a6f535"),
        "ms_markets__rebalancestrategymetadata",
        ["rebalance_strategy_uid"],
        unique=True,
    )
    op.create_table(
        "ms_markets__externalpricests",
        sa.Column("time_index", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asset_identifier", sa.String(length=255), nullable=False),
        sa.Column("open_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("open", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("close", sa.Float(), nullable=True),
        sa.Column("volume", sa.Float(), nullable=True),
        sa.Column("trade_count", sa.Float(), nullable=True),
        sa.Column("vwap", sa.Float(), nullable=True),
        sa.Column("interpolated", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asset_identifier"],
            ["ms_markets__asset.unique_identifier"],
            name=op.f("fk__ms_markets__externalpricests__asset_identifier_1e0967f48c"),
            ondelete="RESTRICT",
        ),
    )
    op.create_index(
        "uix__ms_markets__externalpricests__time_index__asset_identifier",
        "ms_markets__externalpricests",
        ["time_index", "asset_identifier"],
        unique=True,
    )
    op.create_table(
        "ms_markets__portfoliocalendareventsts",
        sa.Column("time_index", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calendar_identifier", sa.String(length=255), nullable=False),
        sa.Column("session_label", sa.String(length=64), nullable=False),
        sa.Column("event_type", sa.String(length=32), nullable=False),
        sa.Column("local_date", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_identifier"],
            ["ms_markets__calendar.unique_identifier"],
            name=op.f("fk__ms_markets__portfoliocalendareventsts__calendar_85f2c7285c"),
            ondelete="RESTRICT",
        ),
    )
    op.create_index(
        "uix__ms_markets__portfoliocalendareventsts__time_ind_8f8f40360d",
        "ms_markets__portfoliocalendareventsts",
        ["time_index", "calendar_identifier", "session_label", "event_type"],
        unique=True,
    )
    op.create_table(
        "ms_markets__signalweightsts",
        sa.Column("time_index", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signal_uid", sa.String(length=255), nullable=False),
        sa.Column("asset_identifier", sa.String(length=255), nullable=False),
        sa.Column("signal_weight", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asset_identifier"],
            ["ms_markets__asset.unique_identifier"],
            name=op.f("fk__ms_markets__signalweightsts__asset_identifier__m_5ab737e205"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["signal_uid"],
            ["ms_markets__signalmetadata.signal_uid"],
            name=op.f("fk__ms_markets__signalweightsts__signal_uid__ms_mark_5e17963320"),
            ondelete="RESTRICT",
        ),
    )
    op.create_index(
        "uix__ms_markets__signalweightsts__time_index__signal_94cdab9295",
        "ms_markets__signalweightsts",
        ["time_index", "signal_uid", "asset_identifier"],
        unique=True,
    )
    op.create_table(
        "ms_markets__portfolioanalyticsts",
        sa.Column("time_index", sa.DateTime(timezone=True), nullable=False),
        sa.Column("portfolio_identifier", sa.String(length=255), nullable=False),
        sa.Column("analysis_identifier", sa.String(length=255), nullable=False),
        sa.Column("close", sa.Float(), nullable=True),
        sa.Column("return", sa.Float(), nullable=True),
        sa.Column("source_time_index", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_end", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["portfolio_identifier"],
            ["ms_markets__portfolio.unique_identifier"],
            name=op.f("fk__ms_markets__portfolioanalyticsts__portfolio_iden_428f008ec7"),
            ondelete="RESTRICT",
        ),
    )
    op.create_index(
        "uix__ms_markets__portfolioanalyticsts__time_index__p_3663c63f31",
        "ms_markets__portfolioanalyticsts",
        ["time_index", "portfolio_identifier", "analysis_identifier"],
        unique=True,
    )
    op.create_table(
        "ms_markets__portfoliocashflowsts",
        sa.Column("time_index", sa.DateTime(timezone=True), nullable=False),
        sa.Column("portfolio_identifier", sa.String(length=255), nullable=False),
        sa.Column("cash_flow_identifier", sa.String(length=64), nullable=False),
        sa.Column("ledger_state_identifier", sa.String(length=64), nullable=False),
        sa.Column("event_identifier", sa.String(length=64), nullable=False),
        sa.Column("cash_flow_type", sa.String(length=64), nullable=False),
        sa.Column("asset_identifier", sa.String(length=255), nullable=False),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.Column("valuation_amount", sa.Float(), nullable=True),
        sa.Column("valuation_asset_identifier", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["asset_identifier"],
            ["ms_markets__asset.unique_identifier"],
            name=op.f("fk__ms_markets__portfoliocashflowsts__asset_identifi_ccd9c15c47"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["portfolio_identifier"],
            ["ms_markets__portfolio.unique_identifier"],
            name=op.f("fk__ms_markets__portfoliocashflowsts__portfolio_iden_1aa3ff9f1e"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["valuation_asset_identifier"],
            ["ms_markets__asset.unique_identifier"],
            name=op.f("fk__ms_markets__portfoliocashflowsts__valuation_asse_ca078ce47d"),
            ondelete="RESTRICT",
        ),
    )
    op.create_index(
        "uix__ms_markets__portfoliocashflowsts__time_index__p_e4e66e3ed6",
        "ms_markets__portfoliocashflowsts",
        ["time_index", "portfolio_identifier", "cash_flow_identifier"],
        unique=True,
    )
    op.create_table(
        "ms_markets__portfolioeventledgerts",
        sa.Column("time_index", sa.DateTime(timezone=True), nullable=False),
        sa.Column("portfolio_identifier", sa.String(length=255), nullable=False),
        sa.Column("event_identifier", sa.String(length=64), nullable=False),
        sa.Column("event_revision", sa.String(length=64), nullable=False),
        sa.Column("record_identifier", sa.String(length=64), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_type", sa.String(length=64), nullable=False),
        sa.Column("event_status", sa.String(length=32), nullable=False),
        sa.Column("phase", sa.String(length=32), nullable=False),
        sa.Column("event_sequence", sa.BigInteger(), nullable=False),
        sa.Column("record_sequence", sa.BigInteger(), nullable=False),
        sa.Column("event_record_count", sa.Integer(), nullable=False),
        sa.Column("event_digest", sa.String(length=64), nullable=False),
        sa.Column("source_identifier", sa.String(length=255), nullable=False),
        sa.Column("source_revision", sa.String(length=255), nullable=False),
        sa.Column("model_identifier", sa.String(length=255), nullable=False),
        sa.Column("model_version", sa.String(length=64), nullable=False),
        sa.Column("supersedes_event_revision", sa.String(length=64), nullable=True),
        sa.Column("causal_event_identifiers", sa.Text(), nullable=True),
        sa.Column("input_state_identifier", sa.String(length=64), nullable=False),
        sa.Column("ledger_state_identifier", sa.String(length=64), nullable=False),
        sa.Column("terms_version", sa.String(length=255), nullable=True),
        sa.Column("valuation_references", sa.Text(), nullable=False),
        sa.Column("record_kind", sa.String(length=32), nullable=False),
        sa.Column("position_identifier", sa.String(length=255), nullable=True),
        sa.Column("obligation_identifier", sa.String(length=255), nullable=True),
        sa.Column("state_identifier", sa.String(length=255), nullable=True),
        sa.Column("asset_identifier", sa.String(length=255), nullable=True),
        sa.Column("balance_role", sa.String(length=64), nullable=True),
        sa.Column("quantity_delta", sa.Float(), nullable=True),
        sa.Column("quantity_unit", sa.String(length=64), nullable=True),
        sa.Column("amount_delta", sa.Float(), nullable=True),
        sa.Column("amount_asset_identifier", sa.String(length=255), nullable=True),
        sa.Column("price", sa.Float(), nullable=True),
        sa.Column("price_asset_identifier", sa.String(length=255), nullable=True),
        sa.Column("eligible_quantity", sa.Float(), nullable=True),
        sa.Column("recognized_pnl", sa.Float(), nullable=True),
        sa.Column("nav_before", sa.Float(), nullable=True),
        sa.Column("nav_after", sa.Float(), nullable=True),
        sa.Column("valuation_asset_identifier", sa.String(length=255), nullable=True),
        sa.Column("state_schema_version", sa.Integer(), nullable=True),
        sa.Column("extension_payload", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["amount_asset_identifier"],
            ["ms_markets__asset.unique_identifier"],
            name=op.f("fk__ms_markets__portfolioeventledgerts__amount_asset_8007a31a3a"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["asset_identifier"],
            ["ms_markets__asset.unique_identifier"],
            name=op.f("fk__ms_markets__portfolioeventledgerts__asset_identi_687949c5aa"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["portfolio_identifier"],
            ["ms_markets__portfolio.unique_identifier"],
            name=op.f("fk__ms_markets__portfolioeventledgerts__portfolio_id_2d298ef7c8"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["price_asset_identifier"],
            ["ms_markets__asset.unique_identifier"],
            name=op.f("fk__ms_markets__portfolioeventledgerts__price_asset_e86d478e61"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["valuation_asset_identifier"],
            ["ms_markets__asset.unique_identifier"],
            name=op.f("fk__ms_markets__portfolioeventledgerts__valuation_as_22afd4739f"),
            ondelete="RESTRICT",
        ),
        sa.UniqueConstraint(
            "portfolio_identifier",
            "event_identifier",
            "event_revision",
            "record_identifier",
            name=op.f("uq__ms_markets__portfolioeventledgerts__portfolio_id_256b1e63f2"),
        ),
    )
    op.create_index(
        "uix__ms_markets__portfolioeventledgerts__time_index_2c8bf183e0",
        "ms_markets__portfolioeventledgerts",
        [
            "time_index",
            "portfolio_identifier",
            "event_identifier",
            "event_revision",
            "record_identifier",
        ],
        unique=True,
    )
    op.create_table(
        "ms_markets__portfoliorebalancestatets",
        sa.Column("time_index", sa.DateTime(timezone=True), nullable=False),
        sa.Column("portfolio_identifier", sa.String(length=255), nullable=False),
        sa.Column("rebalance_intent_id", sa.String(length=64), nullable=False),
        sa.Column("asset_identifier", sa.String(length=255), nullable=False),
        sa.Column("target_signal_time_index", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_source", sa.String(length=255), nullable=False),
        sa.Column("execution_status", sa.String(length=32), nullable=False),
        sa.Column("target_weight", sa.Float(), nullable=False),
        sa.Column("weight_before", sa.Float(), nullable=False),
        sa.Column("weight_after", sa.Float(), nullable=False),
        sa.Column("executed_weight_delta", sa.Float(), nullable=False),
        sa.Column("remaining_weight_delta", sa.Float(), nullable=False),
        sa.Column("execution_price", sa.Float(), nullable=True),
        sa.Column("executed_quantity", sa.Float(), nullable=True),
        sa.Column("executed_notional", sa.Float(), nullable=True),
        sa.Column("observed_volume", sa.Float(), nullable=True),
        sa.Column("observed_available_liquidity", sa.Float(), nullable=True),
        sa.Column("strategy_state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_identifier"],
            ["ms_markets__asset.unique_identifier"],
            name=op.f("fk__ms_markets__portfoliorebalancestatets__asset_ide_892cf6805c"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["portfolio_identifier"],
            ["ms_markets__portfolio.unique_identifier"],
            name=op.f("fk__ms_markets__portfoliorebalancestatets__portfolio_e297b1a89f"),
            ondelete="RESTRICT",
        ),
    )
    op.create_index(
        "uix__ms_markets__portfoliorebalancestatets__time_ind_14224b91e7",
        "ms_markets__portfoliorebalancestatets",
        ["time_index", "portfolio_identifier", "rebalance_intent_id", "asset_identifier"],
        unique=True,
    )
    op.create_table(
        "ms_markets__portfoliostatets",
        sa.Column("time_index", sa.DateTime(timezone=True), nullable=False),
        sa.Column("portfolio_identifier", sa.String(length=255), nullable=False),
        sa.Column("state_identifier", sa.String(length=255), nullable=False),
        sa.Column("ledger_state_identifier", sa.String(length=64), nullable=False),
        sa.Column("originating_event_identifier", sa.String(length=64), nullable=False),
        sa.Column("state_kind", sa.String(length=32), nullable=False),
        sa.Column("asset_identifier", sa.String(length=255), nullable=True),
        sa.Column("balance_role", sa.String(length=64), nullable=True),
        sa.Column("quantity", sa.Float(), nullable=True),
        sa.Column("quantity_unit", sa.String(length=64), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("valuation_asset_identifier", sa.String(length=255), nullable=True),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("extension_payload", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asset_identifier"],
            ["ms_markets__asset.unique_identifier"],
            name=op.f("fk__ms_markets__portfoliostatets__asset_identifier_08fe4310f7"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["portfolio_identifier"],
            ["ms_markets__portfolio.unique_identifier"],
            name=op.f("fk__ms_markets__portfoliostatets__portfolio_identifi_bdf8b70f4b"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["valuation_asset_identifier"],
            ["ms_markets__asset.unique_identifier"],
            name=op.f("fk__ms_markets__portfoliostatets__valuation_asset_id_e7977ed80d"),
            ondelete="RESTRICT",
        ),
    )
    op.create_index(
        "uix__ms_markets__portfoliostatets__time_index__portf_7089b41a16",
        "ms_markets__portfoliostatets",
        ["time_index", "portfolio_identifier", "state_identifier"],
        unique=True,
    )
    op.create_table(
        "ms_markets__portfoliosts",
        sa.Column("time_index", sa.DateTime(timezone=True), nullable=False),
        sa.Column("portfolio_identifier", sa.String(length=255), nullable=False),
        sa.Column("close", sa.Float(), nullable=True),
        sa.Column("return", sa.Float(), nullable=True),
        sa.Column("calculated_close", sa.Float(), nullable=True),
        sa.Column("close_time", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["portfolio_identifier"],
            ["ms_markets__portfolio.unique_identifier"],
            name=op.f("fk__ms_markets__portfoliosts__portfolio_identifier_b1074f8062"),
            ondelete="RESTRICT",
        ),
    )
    op.create_index(
        "uix__ms_markets__portfoliosts__time_index__portfolio_identifier",
        "ms_markets__portfoliosts",
        ["time_index", "portfolio_identifier"],
        unique=True,
    )
    op.create_table(
        "ms_markets__portfolioweightsts",
        sa.Column("time_index", sa.DateTime(timezone=True), nullable=False),
        sa.Column("portfolio_identifier", sa.String(length=255), nullable=False),
        sa.Column("asset_identifier", sa.String(length=255), nullable=False),
        sa.Column("weight", sa.Float(), nullable=True),
        sa.Column("weight_before", sa.Float(), nullable=True),
        sa.Column("price_current", sa.Float(), nullable=True),
        sa.Column("price_before", sa.Float(), nullable=True),
        sa.Column("volume_current", sa.Float(), nullable=True),
        sa.Column("volume_before", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asset_identifier"],
            ["ms_markets__asset.unique_identifier"],
            name=op.f("fk__ms_markets__portfolioweightsts__asset_identifier_589cee70db"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["portfolio_identifier"],
            ["ms_markets__portfolio.unique_identifier"],
            name=op.f("fk__ms_markets__portfolioweightsts__portfolio_identi_2d183320e0"),
            ondelete="RESTRICT",
        ),
    )
    op.create_index(
        "uix__ms_markets__portfolioweightsts__time_index__por_d92475bae0",
        "ms_markets__portfolioweightsts",
        ["time_index", "portfolio_identifier", "asset_identifier"],
        unique=True,
    )


def downgrade() -> None:
    op.drop_index(
        "uix__ms_markets__portfolioweightsts__time_index__por_d92475bae0",
        table_name="ms_markets__portfolioweightsts",
    )
    op.drop_table("ms_markets__portfolioweightsts")
    op.drop_index(
        "uix__ms_markets__portfoliosts__time_index__portfolio_identifier",
        table_name="ms_markets__portfoliosts",
    )
    op.drop_table("ms_markets__portfoliosts")
    op.drop_index(
        "uix__ms_markets__portfoliostatets__time_index__portf_7089b41a16",
        table_name="ms_markets__portfoliostatets",
    )
    op.drop_table("ms_markets__portfoliostatets")
    op.drop_index(
        "uix__ms_markets__portfoliorebalancestatets__time_ind_14224b91e7",
        table_name="ms_markets__portfoliorebalancestatets",
    )
    op.drop_table("ms_markets__portfoliorebalancestatets")
    op.drop_index(
        "uix__ms_markets__portfolioeventledgerts__time_index_2c8bf183e0",
        table_name="ms_markets__portfolioeventledgerts",
    )
    op.drop_table("ms_markets__portfolioeventledgerts")
    op.drop_index(
        "uix__ms_markets__portfoliocashflowsts__time_index__p_e4e66e3ed6",
        table_name="ms_markets__portfoliocashflowsts",
    )
    op.drop_table("ms_markets__portfoliocashflowsts")
    op.drop_index(
        "uix__ms_markets__portfolioanalyticsts__time_index__p_3663c63f31",
        table_name="ms_markets__portfolioanalyticsts",
    )
    op.drop_table("ms_markets__portfolioanalyticsts")
    op.drop_index(
        "uix__ms_markets__signalweightsts__time_index__signal_94cdab9295",
        table_name="ms_markets__signalweightsts",
    )
    op.drop_table("ms_markets__signalweightsts")
    op.drop_index(
        "uix__ms_markets__portfoliocalendareventsts__time_ind_8f8f40360d",
        table_name="ms_markets__portfoliocalendareventsts",
    )
    op.drop_table("ms_markets__portfoliocalendareventsts")
    op.drop_index(
        "uix__ms_markets__externalpricests__time_index__asset_identifier",
        table_name="ms_markets__externalpricests",
    )
    op.drop_table("ms_markets__externalpricests")
    op.drop_index(
        op.f("uix__ms_markets__rebalancestrategymetadata__rebalanc_a097a6f535"),
        table_name="ms_markets__rebalancestrategymetadata",
    )
    op.drop_table("ms_markets__rebalancestrategymetadata")
    op.drop_index(
        op.f("uix__ms_markets__portfoliometadata__unique_identifier"),
        table_name="ms_markets__portfoliometadata",
    )
    op.drop_table("ms_markets__portfoliometadata")
