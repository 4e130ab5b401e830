"""Add server defaults and comments.

Revision ID: 1004
Revises: 1003
Create Date: 2026-11-23 20:25:40.576407

A revision is literal: no import of msm packages, no look at the live database, no schema="public".
It must work while the previous release still runs.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "1004"
down_revision: str | None = "1003"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.alter_column(
        "ms_markets__account",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__account",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Business key; orders and trades refer to the account by it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__account",
        "is_paper",
        existing_type=sa.BOOLEAN(),
        server_default=sa.text("true"),
        comment="True for simulated trading, without real money.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__account",
        "account_is_active",
        existing_type=sa.BOOLEAN(),
        server_default=sa.text("false"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__account",
        "account_group_uid",
        existing_type=sa.UUID(),
        comment="NULL for an account in no group.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__account",
        "holdings_data_node_uid",
        existing_type=sa.UUID(),
        comment="Data node of the holdings on the platform; not enforced by a foreign key.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__account",
        "One account that holds assets, on paper or with real money.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__accountallocationmodel",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__accountallocationmodel",
        "allocation_model_name",
        existing_type=sa.VARCHAR(length=100),
        comment="Business key of the model.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__accountallocationmodel",
        "One plan for investing accounts, which several accounts may follow.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__accountgroup",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__accountgroup",
        "group_name",
        existing_type=sa.VARCHAR(length=100),
        comment="Business key; any number of groups may be unnamed (NULL).",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__accountgroup",
        "One group of accounts; an account belongs to one group at most.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__accountholdingsset",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__accountholdingsset",
        "source_data_node_uid",
        existing_type=sa.UUID(),
        comment="Data node on the platform that the set came from; not enforced by a foreign key.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__accountholdingsset",
        "One snapshot of everything that one account held at one time.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__accountholdingsts",
        "is_trade_snapshot",
        existing_type=sa.BOOLEAN(),
        comment="Whether the snapshot belongs to a trade; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__accountholdingsts",
        "quantity",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Units of the asset; direction says whether they are held long or short.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__accountholdingsts",
        "direction",
        existing_type=sa.SMALLINT(),
        server_default=sa.text("1"),
        comment="1 for a long position, -1 for a short one.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__accountholdingsts",
        "target_trade_time",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="Intended time of trading; NULL where none is set.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__accountholdingsts",
        "One account's position in one asset at one time, as part of a holdings set.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__accounttargetallocation",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__accounttargetallocation",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Business key of the assignment.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__accounttargetallocation",
        "is_active",
        existing_type=sa.BOOLEAN(),
        server_default=sa.text("true"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__accounttargetallocation",
        "source",
        existing_type=sa.VARCHAR(length=255),
        comment="Where the assignment comes from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__accounttargetallocation",
        "One account's assignment to one allocation model, which its target positions belong to.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__asset",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__asset",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Business key; time series refer to the asset by it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__asset",
        "asset_type",
        existing_type=sa.VARCHAR(length=64),
        comment="Key of an asset type; not enforced, so that types can arrive later.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__asset",
        "One tradable or reference instrument, known everywhere by its unique identifier.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__assetcategory",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__assetcategory",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Business key of the category.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__assetcategory",
        "One named grouping of assets, such as a sector or an investable universe.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__assetcategorymembership",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__assetcategorymembership",
        "One asset's membership in one category; an asset may belong to several.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__assetcurrentpricingdetails",
        "instrument_dump",
        existing_type=postgresql.JSON(astext_type=sa.Text()),
        comment="The instrument, serialized as serialization_format says.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__assetcurrentpricingdetails",
        "pricing_details_date",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="Instant that the details date from.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__assetcurrentpricingdetails",
        "pricing_package_version",
        existing_type=sa.VARCHAR(length=64),
        comment="Version of the pricing library that wrote the dump; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__assetcurrentpricingdetails",
        "source",
        existing_type=sa.VARCHAR(length=255),
        comment="Where the details were taken from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__assetcurrentpricingdetails",
        "One asset's current instrument: the terms that a pricing library needs to value it.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__assetpricingdetailsts",
        "time_index",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="Instant that the details date from.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__assetpricingdetailsts",
        "instrument_dump",
        existing_type=postgresql.JSONB(astext_type=sa.Text()),
        comment="The instrument, serialized as serialization_format says.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__assetpricingdetailsts",
        "pricing_package_version",
        existing_type=sa.VARCHAR(length=64),
        comment="Version of the pricing library that wrote the dump; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__assetpricingdetailsts",
        "source",
        existing_type=sa.VARCHAR(length=255),
        comment="Where the details were taken from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__assetpricingdetailsts",
        "One asset's instrument as it was at one time.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__assetsnapshotsts",
        "exchange_code",
        existing_type=sa.VARCHAR(),
        comment="Code of the listing exchange; the database enforces no one code scheme.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__assetsnapshotsts",
        "asset_ticker_group_id",
        existing_type=sa.VARCHAR(),
        comment="Shared by tickers that belong together; NULL where not recorded.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__assetsnapshotsts",
        "One asset's name, ticker and exchange as they stood at one time.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__assettype",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__assettype",
        "asset_type",
        existing_type=sa.VARCHAR(length=64),
        comment="Business key; assets name their type by it.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__assettype",
        "One kind of asset, such as bonds or currency pairs.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__bondassetdetails",
        "asset_uid",
        existing_type=sa.UUID(),
        comment="Asset that is the bond; a bond has the key of its asset.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__bondassetdetails",
        "currency_asset_uid",
        existing_type=sa.UUID(),
        comment="Asset that is the currency of the bond.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__bondassetdetails",
        "maturity_date",
        existing_type=sa.DATE(),
        comment="NULL for a bond without a fixed maturity, such as a perpetual.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__bondassetdetails",
        "status",
        existing_type=sa.VARCHAR(length=32),
        comment="State of the bond; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__bondassetdetails",
        "One bond: its issuer, its currency and its dates.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__calendar",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendar",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Business key of the calendar.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendar",
        "calendar_type",
        existing_type=sa.VARCHAR(length=64),
        comment="Kind of calendar; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendar",
        "timezone",
        existing_type=sa.VARCHAR(length=64),
        server_default="UTC",
        comment="Time zone of the local dates, such as America/New_York.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendar",
        "source",
        existing_type=sa.VARCHAR(length=128),
        comment="Where the calendar comes from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__calendar",
        "source_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Name of the calendar at its source.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__calendar",
        "valid_from",
        existing_type=sa.DATE(),
        comment="Start of the dates covered.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendar",
        "valid_to",
        existing_type=sa.DATE(),
        comment="End of the dates covered.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__calendar",
        "One calendar, such as that of an exchange, with the span of dates it covers.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__calendardate",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendardate",
        "local_date",
        existing_type=sa.DATE(),
        comment="In the time zone of the calendar.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendardate",
        "is_business_day",
        existing_type=sa.BOOLEAN(),
        server_default=sa.text("false"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendardate",
        "is_holiday",
        existing_type=sa.BOOLEAN(),
        server_default=sa.text("false"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendardate",
        "is_weekend",
        existing_type=sa.BOOLEAN(),
        server_default=sa.text("false"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendardate",
        "is_early_close",
        existing_type=sa.BOOLEAN(),
        server_default=sa.text("false"),
        comment="True where the day ends before the usual time.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendardate",
        "holiday_name",
        existing_type=sa.VARCHAR(length=255),
        comment="NULL on other days, or where the holiday has no recorded name.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__calendardate",
        "One date of one calendar: a business day, a holiday or a weekend day.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__calendarevent",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendarevent",
        "event_time",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="Instant of the event; NULL where only its date is known.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__calendarevent",
        "event_type",
        existing_type=sa.VARCHAR(length=64),
        comment="Kind of event; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendarevent",
        "event_label",
        existing_type=sa.VARCHAR(length=255),
        server_default="",
        comment="Tells events of one type and date apart; empty for none.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendarevent",
        "target_type",
        existing_type=sa.VARCHAR(length=64),
        server_default="",
        comment="Kind of thing the event concerns; empty for none.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendarevent",
        "target_uid",
        existing_type=sa.UUID(),
        comment="Key of the target; not enforced, since its table depends on target_type.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__calendarevent",
        "target_identifier",
        existing_type=sa.VARCHAR(length=255),
        server_default="",
        comment="Business key of the target; empty for none.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__calendarevent",
        "One event in one calendar, which may concern one target such as an asset.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__calendarsession",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendarsession",
        "local_date",
        existing_type=sa.DATE(),
        comment="Date that the session belongs to, in its time zone.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendarsession",
        "session_label",
        existing_type=sa.VARCHAR(length=64),
        comment="Tells the sessions of one date apart, such as regular or overnight.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendarsession",
        "opens_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="Instant of opening; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__calendarsession",
        "closes_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="Instant of closing; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__calendarsession",
        "timezone",
        existing_type=sa.VARCHAR(length=64),
        server_default="UTC",
        comment="Time zone of the session, such as America/New_York.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendarsession",
        "is_primary",
        existing_type=sa.BOOLEAN(),
        server_default=sa.text("true"),
        comment="True for the main session of its date.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__calendarsession",
        "One session of one date in one calendar, from its opening to its close.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__currencyspotassetdetails",
        "asset_uid",
        existing_type=sa.UUID(),
        comment="Asset that is the pair; a pair has the key of its asset.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__currencyspotassetdetails",
        "base_currency_uid",
        existing_type=sa.UUID(),
        comment="Currency asset that is priced: EUR in EURUSD.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__currencyspotassetdetails",
        "quote_currency_uid",
        existing_type=sa.UUID(),
        comment="Currency asset that the price is stated in: USD in EURUSD.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__currencyspotassetdetails",
        "One spot currency pair: the currency that is priced and the one it is priced in.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__curve",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__curve",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Business key; curve values refer to the curve by it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__curve",
        "currency_code",
        existing_type=sa.VARCHAR(length=16),
        comment="NULL where the curve belongs to no one currency.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__curve",
        "quote_side",
        existing_type=sa.VARCHAR(length=32),
        comment="Side of the market, such as bid, ask or mid; NULL where it makes no difference.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__curve",
        "source",
        existing_type=sa.VARCHAR(length=255),
        comment="Where the curve comes from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__curve",
        "status",
        existing_type=sa.VARCHAR(length=32),
        server_default="ACTIVE",
        comment="ACTIVE unless set otherwise; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__curve",
        "One curve that instruments are priced with, such as a discount curve of one currency.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__curvebuildingdetails",
        "quote_convention",
        existing_type=sa.VARCHAR(length=64),
        comment="What the input quotes mean.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__curvebuildingdetails",
        "rate_unit",
        existing_type=sa.VARCHAR(length=32),
        comment="Unit that the input rates are quoted in.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__curvebuildingdetails",
        "day_counter_code",
        existing_type=sa.VARCHAR(length=64),
        comment="Day count that turns dates into year fractions.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__curvebuildingdetails",
        "calendar_code",
        existing_type=sa.VARCHAR(length=64),
        comment="Holiday calendar of the builder; no foreign key ties it to a calendar.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__curvebuildingdetails",
        "compounding_frequency",
        existing_type=sa.VARCHAR(length=64),
        comment="How often the rates compound; NULL where the compounding needs no frequency.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__curvebuildingdetails",
        "builder_payload",
        existing_type=postgresql.JSON(astext_type=sa.Text()),
        comment="Further parameters of the builder; NULL where it has none.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__curvebuildingdetails",
        "source",
        existing_type=sa.VARCHAR(length=255),
        comment="Where the details were taken from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__curvebuildingdetails",
        "One curve's recipe: the conventions and methods that turn its quotes into nodes.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__discountcurvests",
        "curve",
        existing_type=sa.VARCHAR(),
        comment="The curve itself, serialized as text.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__discountcurvests",
        "key_nodes",
        existing_type=sa.TEXT(),
        comment="Nodes that the curve was built on, serialized as text; NULL where not recorded.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__discountcurvests",
        "One curve as it stood on one day.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__externalpricests",
        "open_time",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="Start of the bar; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__externalpricests",
        "vwap",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Volume-weighted average price of the bar.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__externalpricests",
        "interpolated",
        existing_type=sa.BOOLEAN(),
        comment="True where the bar was filled in rather than observed; NULL where not recorded.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__externalpricests",
        "One daily price bar of one asset, from an external source.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "asset_uid",
        existing_type=sa.UUID(),
        comment="Asset that is the future; a future has the key of its asset.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "kind",
        existing_type=sa.VARCHAR(length=32),
        comment="Kind of future; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "quote_unit",
        existing_type=sa.VARCHAR(length=64),
        comment="Unit that prices are quoted in.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "settlement_asset",
        existing_type=sa.UUID(),
        comment="Key of the asset that the contract settles in.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "margin_asset",
        existing_type=sa.UUID(),
        comment="Key of the asset that margin is posted in.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "settlement_model",
        existing_type=sa.VARCHAR(length=32),
        comment="Settlement model of the contract; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "settlement_method",
        existing_type=sa.VARCHAR(length=32),
        comment="How it settles, such as in cash or by delivery; no set of values is enforced.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "contract_size",
        existing_type=sa.NUMERIC(precision=38, scale=18),
        comment="Number of contract units that one contract stands for.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "contract_unit",
        existing_type=sa.VARCHAR(length=64),
        comment="Unit that contract_size counts.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "expires_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="NULL for a future without expiry, such as a perpetual.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__futureassetdetails",
        "One futures contract: what it is written on, how large it is and how it settles.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__index",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__index",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Business key; index values refer to the index by it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__index",
        "index_type",
        existing_type=sa.VARCHAR(length=64),
        comment="Key of an index type; not enforced by a foreign key.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__index",
        "calculation_method",
        existing_type=sa.VARCHAR(length=16),
        comment="formula where a formula definition yields the values; custom otherwise.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__index",
        "value_format",
        existing_type=sa.VARCHAR(length=16),
        comment="decimal or percent: the form in which values are presented.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__index",
        "value_suffix",
        existing_type=sa.VARCHAR(length=32),
        comment="Text that follows a presented value, such as a unit; NULL for none.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__index",
        "One market quantity with a value over time, such as a rate, a spread or a benchmark.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__indexconventiondetails",
        "convention_dump",
        existing_type=postgresql.JSON(astext_type=sa.Text()),
        comment="The conventions, serialized as serialization_format says.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexconventiondetails",
        "source",
        existing_type=sa.VARCHAR(length=255),
        comment="Where the conventions were taken from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__indexconventiondetails",
        "One index's market conventions, in the form that a pricing library reads.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "meta_table_uid",
        existing_type=sa.VARCHAR(length=255),
        comment="Key of the MetaTable on the platform, as text; not enforced by a foreign key.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "cadence",
        existing_type=sa.VARCHAR(length=32),
        comment="Declared spacing of the observations, such as 1d.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "population_state",
        existing_type=sa.VARCHAR(length=32),
        comment="populated, compatible_empty (no rows) or unavailable (not known, see error_code).",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "row_count",
        existing_type=sa.INTEGER(),
        comment="Rows of the index in the dataset; NULL when unavailable.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "earliest_time_index",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="NULL when empty or unavailable.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "latest_time_index",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="NULL when empty or unavailable.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "reconciled_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        server_default=sa.text("now()"),
        comment="When this row was last brought in line with the dataset.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "error_code",
        existing_type=sa.VARCHAR(length=128),
        comment="Why the dataset is unavailable; NULL in the other states.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "error_message",
        existing_type=sa.VARCHAR(length=1024),
        comment="Explanation of the error code; NULL in the other states.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__indexdatasetavailability",
        "One dataset that may hold values of one index, with what was last found in it.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__indexfixingsts",
        "time_index",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="Instant of the fixing.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexfixingsts",
        "rate",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Rate fixed; NULL where none is known.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__indexfixingsts",
        "One fixing of one index on one day.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__indexformuladefinition",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexformuladefinition",
        "version",
        existing_type=sa.INTEGER(),
        comment="Positive; once in each index.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexformuladefinition",
        "status",
        existing_type=sa.VARCHAR(length=32),
        server_default="draft",
        comment="draft, active or retired; an index has at most one active definition.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexformuladefinition",
        "valid_to",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="After valid_from; NULL while no end is set.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexformuladefinition",
        "formula",
        existing_type=sa.TEXT(),
        comment="Expression over the inputs.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexformuladefinition",
        "alignment_policy",
        existing_type=sa.VARCHAR(length=16),
        server_default="exact",
        comment="exact joins inputs of the same time; asof takes the latest of each up to then.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexformuladefinition",
        "missing_data_policy",
        existing_type=sa.VARCHAR(length=16),
        server_default="drop",
        comment="drop leaves out a time at which an input is missing; fail refuses it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexformuladefinition",
        "definition_hash",
        existing_type=sa.VARCHAR(length=64),
        comment="Digest of the definition, so that an index has each definition only once.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__indexformuladefinition",
        "One version of the formula that an index is computed by.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__indexformulainput",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexformulainput",
        "asset_uid",
        existing_type=sa.UUID(),
        comment="Asset that is read; NULL where the input is an index.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexformulainput",
        "component_index_uid",
        existing_type=sa.UUID(),
        comment="Index that is read; NULL where the input is an asset.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexformulainput",
        "meta_table_uid",
        existing_type=sa.UUID(),
        comment="MetaTable on the platform that is read; not enforced by a foreign key.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexformulainput",
        "observable",
        existing_type=sa.VARCHAR(length=255),
        comment="What is read of the asset or index, by name, such as close.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__indexformulainput",
        "One series that a formula definition reads, of an asset or of another index.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__indextype",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indextype",
        "index_type",
        existing_type=sa.VARCHAR(length=64),
        comment="Business key; indices name their type by it.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__indextype",
        "One kind of index, such as equity indices or interest rates.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__indexvaluests",
        "value",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="In the unit of the index, whose value_format says how it is presented.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexvaluests",
        "definition_uid",
        existing_type=sa.UUID(),
        comment="Formula definition that yielded the value; NULL where none did.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexvaluests",
        "observation_status",
        existing_type=sa.VARCHAR(length=32),
        comment="Quality of the value; the database enforces no set of values.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexvaluests",
        "source_as_of",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="Time that the source data stands for; NULL where not recorded.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__indexvaluests",
        "One index's value at one time, with the definition and the source it comes from.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__issuer",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__issuer",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Business key of the issuer.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__issuer",
        "One issuer of securities, such as a company or a government.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "figi",
        existing_type=sa.VARCHAR(length=12),
        comment="Financial Instrument Global Identifier of the instrument itself.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "composite",
        existing_type=sa.VARCHAR(length=12),
        comment="FIGI shared by the listings of one country.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "share_class",
        existing_type=sa.VARCHAR(length=12),
        comment="FIGI shared by the listings of one share class worldwide.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "isin",
        existing_type=sa.VARCHAR(length=12),
        comment="International Securities Identification Number.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "exchange_code",
        existing_type=sa.VARCHAR(length=50),
        comment="Exchange code of OpenFIGI.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "security_type_2",
        existing_type=sa.VARCHAR(length=50),
        comment="Second classification of OpenFIGI, beside security_type.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "security_market_sector",
        existing_type=sa.VARCHAR(length=50),
        comment="Market sector of OpenFIGI, such as Equity or Govt.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "unique_id",
        existing_type=sa.VARCHAR(length=255),
        comment="Unique identifier of OpenFIGI.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "unique_id_fut_opt",
        existing_type=sa.VARCHAR(length=255),
        comment="Unique identifier of OpenFIGI for futures and options.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "metadata",
        existing_type=sa.TEXT(),
        comment="Note of OpenFIGI, which stands where it cannot show other fields.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "raw_payload",
        existing_type=postgresql.JSON(astext_type=sa.Text()),
        comment="Answer of OpenFIGI as received.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__openfigiassetdetails",
        "One asset's identifiers and classification according to OpenFIGI.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__ordereventsts",
        "order_identifier",
        existing_type=sa.VARCHAR(),
        comment="Order that the event concerns; not enforced by a foreign key.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__ordereventsts",
        "order_status",
        existing_type=sa.VARCHAR(),
        comment="State of the order at the event; the database enforces no set of values.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__ordereventsts",
        "One event in the life of one order, such as its acceptance or a fill.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__ordermanager",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__ordermanager",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Business key; orders refer to the run by it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__ordermanager",
        "target_time",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="Time of the target that the run works towards.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__ordermanager",
        "execution_end",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="When the run ended; NULL where it has not, or where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordermanager",
        "status",
        existing_type=sa.VARCHAR(length=64),
        comment="State of the run; the database enforces no set of values.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__ordermanager",
        "One execution run, whose orders bring one account to its target.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "order_identifier",
        existing_type=sa.VARCHAR(),
        comment="Business key; order events and trades name the order by it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "order_manager_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Execution run that placed the order; NULL for an order outside any run.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "order_remote_id",
        existing_type=sa.VARCHAR(),
        comment="Order id given by the venue.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "client_order_id",
        existing_type=sa.VARCHAR(),
        comment="Order id given by the sender.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "order_type",
        existing_type=sa.VARCHAR(),
        comment="Such as market or limit; the database enforces no set of values.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "order_side",
        existing_type=sa.BIGINT(),
        comment="Buy or sell, as a number; the database enforces no set of values.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "quantity",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Units of the asset ordered.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "status",
        existing_type=sa.VARCHAR(),
        comment="State of the order; the database enforces no set of values.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "filled_quantity",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Units of the asset executed so far.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "limit_price",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="NULL for an order without a limit.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "time_in_force",
        existing_type=sa.VARCHAR(),
        comment="How long the order stands, such as day; no set of values is enforced.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__ordersts",
        "One order to buy or sell one asset for one account.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfolio",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolio",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Business key; time series refer to the portfolio by it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolio",
        "published_index_uid",
        existing_type=sa.UUID(),
        comment="Index that the portfolio is published as; NULL where it is not.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolio",
        "portfolio_weights_data_node_uid",
        existing_type=sa.UUID(),
        comment="Data node of the weights on the platform; not enforced by a foreign key.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolio",
        "signal_weights_data_node_uid",
        existing_type=sa.UUID(),
        comment="Data node of the signal weights on the platform; not enforced by a foreign key.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolio",
        "signal_uid",
        existing_type=sa.VARCHAR(length=255),
        comment="Business key of the signal; NULL for a portfolio without one.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolio",
        "portfolio_data_node_uid",
        existing_type=sa.UUID(),
        comment="Data node of the portfolio values on the platform; not enforced by a foreign key.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolio",
        "backtest_table_price_column_name",
        existing_type=sa.VARCHAR(length=20),
        server_default="close",
        comment="Price column that a backtest reads.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__portfolio",
        "One portfolio, with its calendar, its signal and where its series are stored.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfolioanalyticsts",
        "close",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Value of the portfolio at the close.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioanalyticsts",
        "return",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Return of the portfolio over the period.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioanalyticsts",
        "source_time_index",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="Time index of the portfolio observation that the result comes from.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__portfolioanalyticsts",
        "One result of one analysis of a portfolio, for one period.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfoliocalendareventsts",
        "time_index",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="Instant of the event.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliocalendareventsts",
        "local_date",
        existing_type=sa.VARCHAR(length=10),
        comment="Date of the event in the calendar's own time zone.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__portfoliocalendareventsts",
        "One event of one session of a calendar, at the instant it happens.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfoliocashflowsts",
        "ledger_state_identifier",
        existing_type=sa.VARCHAR(length=64),
        comment="Ledger state that the flow is part of, as in PortfolioEventLedgerTS; not enforced.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliocashflowsts",
        "event_identifier",
        existing_type=sa.VARCHAR(length=64),
        comment="Event that the flow comes from, as in PortfolioEventLedgerTS; not enforced.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliocashflowsts",
        "asset_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Asset that is paid, such as a currency.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliocashflowsts",
        "amount",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="In units of asset_identifier.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliocashflowsts",
        "valuation_amount",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="The amount in units of valuation_asset_identifier; NULL where it is not valued.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__portfoliocashflowsts",
        "One cash flow of a portfolio, in the asset that is paid.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "time_index",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="Instant of the event.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "event_identifier",
        existing_type=sa.VARCHAR(length=64),
        comment="Stays the same in every revision.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "event_revision",
        existing_type=sa.VARCHAR(length=64),
        comment="Which statement of the event this is; a correction is a revision of its own.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "observed_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="When the event became known, which may be after it happened.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "event_status",
        existing_type=sa.VARCHAR(length=32),
        comment="Any text; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "event_record_count",
        existing_type=sa.INTEGER(),
        comment="Number of records of the revision, which shows whether all are there.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "source_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Where the event was learned from.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "supersedes_event_revision",
        existing_type=sa.VARCHAR(length=64),
        comment="Revision of the same event that this one replaces; NULL where it replaces none.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "causal_event_identifiers",
        existing_type=sa.TEXT(),
        comment="Events that caused this one, serialized as text; NULL where none are recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "input_state_identifier",
        existing_type=sa.VARCHAR(length=64),
        comment="Ledger state that the event was applied to.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "ledger_state_identifier",
        existing_type=sa.VARCHAR(length=64),
        comment="Ledger state that the record is part of, as in PortfolioStateTS.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "valuation_references",
        existing_type=sa.TEXT(),
        comment="What the valuations rest on, serialized as text.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "state_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Item of state that the record concerns, as in PortfolioStateTS; not enforced.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "balance_role",
        existing_type=sa.VARCHAR(length=64),
        comment="Which of the asset's balances is meant.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "quantity_delta",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Change of the quantity, in quantity_unit; an increase is positive.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "amount_delta",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Change of the amount, in amount_asset_identifier; an increase is positive.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "price",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="In price_asset_identifier.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "eligible_quantity",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Quantity that the event applies to, such as a holding entitled to a dividend.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "recognized_pnl",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Profit or loss that the record recognizes; a loss is negative.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "nav_before",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Net asset value before the event, in valuation_asset_identifier.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "nav_after",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Net asset value after the event, in valuation_asset_identifier.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "extension_payload",
        existing_type=sa.TEXT(),
        comment="What the columns have no place for, serialized as text.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__portfolioeventledgerts",
        "One record of one revision of an event in a portfolio's ledger.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfoliogroup",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliogroup",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Business key of the group.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__portfoliogroup",
        "One named group of portfolios.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfoliogroupmembership",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__portfoliogroupmembership",
        "One portfolio's membership in one group; a portfolio may belong to several.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfoliometadata",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliometadata",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Business key of what is described; no foreign key ties it to a portfolio.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__portfoliometadata",
        "One portfolio's description, kept apart from the portfolio itself.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfoliorebalancestatets",
        "rebalance_intent_id",
        existing_type=sa.VARCHAR(length=64),
        comment="Common to all rows that carry out one decision to rebalance.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliorebalancestatets",
        "target_signal_time_index",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="Time index of the signal that set the target.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliorebalancestatets",
        "execution_status",
        existing_type=sa.VARCHAR(length=32),
        comment="How far the execution has come; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliorebalancestatets",
        "executed_weight_delta",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Change of weight executed; an increase is positive.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliorebalancestatets",
        "remaining_weight_delta",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Change of weight still to execute; an increase is positive.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliorebalancestatets",
        "strategy_state",
        existing_type=sa.TEXT(),
        comment="State that the rebalance strategy carries forward, serialized as text.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__portfoliorebalancestatets",
        "One asset's progress towards its target weight, within one intended rebalance.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfoliostatets",
        "ledger_state_identifier",
        existing_type=sa.VARCHAR(length=64),
        comment="Ledger state that the item is part of, as in PortfolioEventLedgerTS; not enforced.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliostatets",
        "originating_event_identifier",
        existing_type=sa.VARCHAR(length=64),
        comment="Event that created the item, as in PortfolioEventLedgerTS; not enforced.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliostatets",
        "asset_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Asset that the item is a balance of; NULL where it is of none.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfoliostatets",
        "balance_role",
        existing_type=sa.VARCHAR(length=64),
        comment="Which of the asset's balances is meant.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfoliostatets",
        "quantity",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="In quantity_unit.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfoliostatets",
        "value",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="In valuation_asset_identifier; NULL where the item is not valued.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfoliostatets",
        "extension_payload",
        existing_type=sa.TEXT(),
        comment="What the columns have no place for, serialized as text.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__portfoliostatets",
        "One item of a portfolio's state, such as a balance, at one time.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfoliosts",
        "close",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Value of the portfolio at the close.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfoliosts",
        "return",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Return of the portfolio since the observation before.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfoliosts",
        "close_time",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="Instant of the close; NULL where not recorded.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__portfoliosts",
        "One portfolio's value and return at one time.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfolioweightsts",
        "weight",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Share of the asset in the portfolio.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioweightsts",
        "weight_before",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Weight that this one replaces.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__portfolioweightsts",
        "One asset's weight in one portfolio at one time, beside the weight it replaces.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__positionset",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__positionset",
        "position_set_time",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="Time of the set, unique within its target allocation.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__positionset",
        "source",
        existing_type=sa.VARCHAR(length=255),
        comment="Where the targets come from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__positionset",
        "One set of target positions, of one target allocation at one time.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__pricingmarketdataset",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdataset",
        "set_key",
        existing_type=sa.VARCHAR(length=64),
        comment="Business key; a valuation asks for the set by it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdataset",
        "status",
        existing_type=sa.VARCHAR(length=32),
        server_default="ACTIVE",
        comment="ACTIVE unless set otherwise; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__pricingmarketdataset",
        "One named choice of market data, such as an end-of-day set.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetbinding",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetbinding",
        "concept_key",
        existing_type=sa.VARCHAR(length=128),
        comment="Kind of data that is bound; once in each set.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetbinding",
        "data_node_uid",
        existing_type=sa.UUID(),
        comment="Data node on the platform; not enforced by a foreign key.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetbinding",
        "storage_table_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Table that the data node stores into; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetbinding",
        "source",
        existing_type=sa.VARCHAR(length=255),
        comment="Where the binding comes from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__pricingmarketdatasetbinding",
        "One concept of a market-data set, bound to the data node that serves it.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "binding_key",
        existing_type=sa.VARCHAR(length=255),
        comment="Business key; once in each set.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "role_key",
        existing_type=sa.VARCHAR(length=64),
        comment="What the curve is used for, such as discounting.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "selector_type",
        existing_type=sa.VARCHAR(length=64),
        comment="Kind of thing that selector_key names, such as a currency or an index.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "selector_key",
        existing_type=sa.VARCHAR(length=255),
        comment="What the curve is selected by; not enforced by a foreign key.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "quote_side",
        existing_type=sa.VARCHAR(length=32),
        comment="Side of the market, such as bid, ask or mid; NULL where it makes no difference.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "source",
        existing_type=sa.VARCHAR(length=255),
        comment="Where the binding comes from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "priority",
        existing_type=sa.INTEGER(),
        server_default=sa.text("0"),
        comment="Ranks bindings that match the same selector.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "status",
        existing_type=sa.VARCHAR(length=32),
        server_default="ACTIVE",
        comment="ACTIVE unless set otherwise; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "One curve of a market-data set, bound to a role and to what it is selected by.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__rebalancestrategymetadata",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__rebalancestrategymetadata",
        "rebalance_strategy_uid",
        existing_type=sa.VARCHAR(length=255),
        comment="Business key of the strategy; text, and not the row's uid.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__rebalancestrategymetadata",
        "configuration_json",
        existing_type=postgresql.JSON(astext_type=sa.Text()),
        comment="Parameters of the strategy; NULL where none are recorded.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__rebalancestrategymetadata",
        "One rebalance strategy, with the configuration it runs with.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__signalmetadata",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__signalmetadata",
        "signal_uid",
        existing_type=sa.VARCHAR(length=255),
        comment="Business key, as text; portfolios and signal weights refer to the signal by it.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__signalmetadata",
        "One signal that portfolios take their weights from, and what it does in words.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__signalweightsts",
        "signal_uid",
        existing_type=sa.VARCHAR(length=255),
        comment="Business key of the signal; text, and not the uid of its row.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__signalweightsts",
        "signal_weight",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Weight that the signal wants, before any rebalance carries it out.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__signalweightsts",
        "One asset's weight in one signal at one time.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__targetpositionsts",
        "target_type",
        existing_type=sa.VARCHAR(length=32),
        comment="asset or portfolio.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__targetpositionsts",
        "target_uid",
        existing_type=sa.UUID(),
        comment="Equals asset_uid or portfolio_uid, whichever target_type names.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__targetpositionsts",
        "asset_uid",
        existing_type=sa.UUID(),
        comment="NULL where the target is a portfolio.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__targetpositionsts",
        "portfolio_uid",
        existing_type=sa.UUID(),
        comment="NULL where the target is an asset.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__targetpositionsts",
        "weight_notional_exposure",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Target exposure as a weight; one of the three measures is set, the others NULL.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__targetpositionsts",
        "constant_notional_exposure",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Target exposure as a fixed notional amount; NULL where another measure is set.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__targetpositionsts",
        "single_asset_quantity",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Target as units of the asset; NULL where another measure is set.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__targetpositionsts",
        "One target position of a position set, in one asset or in one portfolio.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__tradests",
        "order_identifier",
        existing_type=sa.VARCHAR(),
        comment="Order that was executed; not enforced by a foreign key.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__tradests",
        "trade_side",
        existing_type=sa.BIGINT(),
        comment="Buy or sell, as a number; the database enforces no set of values.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__tradests",
        "quantity",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Units of the asset traded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__tradests",
        "price",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Price of one unit of the asset.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__tradests",
        "commission",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="In units of the asset that commission_asset_identifier names.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__tradests",
        "commission_asset_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Asset, such as a currency, that the commission was paid in.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__tradests",
        "settlement_cost",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="In units of the asset that settlement_asset_identifier names.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__tradests",
        "settlement_asset_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Asset, such as a currency, that the trade was settled in.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__tradests",
        "One trade of one asset, executed for one account.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__virtualfund",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__virtualfund",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment="Business key of the virtual fund.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__virtualfund",
        "account_uid",
        existing_type=sa.UUID(),
        comment="Account that the fund is a slice of.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__virtualfund",
        "One slice of an account that is run towards one target portfolio.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__virtualfundholdingsset",
        "uid",
        existing_type=sa.UUID(),
        server_default=sa.text("gen_random_uuid()"),
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__virtualfundholdingsset",
        "source_account_holdings_set_uid",
        existing_type=sa.UUID(),
        comment="Account holdings set that the share is taken from.",
        existing_nullable=False,
    )
    op.create_table_comment(
        "ms_markets__virtualfundholdingsset",
        "One virtual fund's share of one account holdings set.",
        existing_comment=None,
        schema=None,
    )
    op.alter_column(
        "ms_markets__virtualfundholdingsts",
        "source_account_holdings_set_uid",
        existing_type=sa.UUID(),
        comment="Account holdings set that the quantity is taken from.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__virtualfundholdingsts",
        "allocated_quantity",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Units of the asset; direction says whether they are held long or short.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__virtualfundholdingsts",
        "allocation_strategy",
        existing_type=sa.VARCHAR(length=64),
        server_default="explicit",
        comment="How the quantity was allotted; explicit unless set otherwise.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__virtualfundholdingsts",
        "direction",
        existing_type=sa.SMALLINT(),
        server_default=sa.text("1"),
        comment="1 for a long position, -1 for a short one.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__virtualfundholdingsts",
        "target_trade_time",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="Intended time of trading; NULL where none is set.",
        existing_nullable=True,
    )
    op.create_table_comment(
        "ms_markets__virtualfundholdingsts",
        "One virtual fund's position in one asset at one time, out of what its account held.",
        existing_comment=None,
        schema=None,
    )


def downgrade() -> None:
    op.drop_table_comment(
        "ms_markets__virtualfundholdingsts",
        existing_comment="One virtual fund's position in one asset at one time, out of what its account held.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__virtualfundholdingsts",
        "target_trade_time",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="Intended time of trading; NULL where none is set.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__virtualfundholdingsts",
        "direction",
        existing_type=sa.SMALLINT(),
        server_default=None,
        comment=None,
        existing_comment="1 for a long position, -1 for a short one.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__virtualfundholdingsts",
        "allocation_strategy",
        existing_type=sa.VARCHAR(length=64),
        server_default=None,
        comment=None,
        existing_comment="How the quantity was allotted; explicit unless set otherwise.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__virtualfundholdingsts",
        "allocated_quantity",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Units of the asset; direction says whether they are held long or short.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__virtualfundholdingsts",
        "source_account_holdings_set_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Account holdings set that the quantity is taken from.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__virtualfundholdingsset",
        existing_comment="One virtual fund's share of one account holdings set.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__virtualfundholdingsset",
        "source_account_holdings_set_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Account holdings set that the share is taken from.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__virtualfundholdingsset",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__virtualfund",
        existing_comment="One slice of an account that is run towards one target portfolio.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__virtualfund",
        "account_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Account that the fund is a slice of.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__virtualfund",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Business key of the virtual fund.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__virtualfund",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__tradests",
        existing_comment="One trade of one asset, executed for one account.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__tradests",
        "settlement_asset_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Asset, such as a currency, that the trade was settled in.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__tradests",
        "settlement_cost",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="In units of the asset that settlement_asset_identifier names.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__tradests",
        "commission_asset_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Asset, such as a currency, that the commission was paid in.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__tradests",
        "commission",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="In units of the asset that commission_asset_identifier names.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__tradests",
        "price",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Price of one unit of the asset.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__tradests",
        "quantity",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Units of the asset traded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__tradests",
        "trade_side",
        existing_type=sa.BIGINT(),
        comment=None,
        existing_comment="Buy or sell, as a number; the database enforces no set of values.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__tradests",
        "order_identifier",
        existing_type=sa.VARCHAR(),
        comment=None,
        existing_comment="Order that was executed; not enforced by a foreign key.",
        existing_nullable=True,
    )
    op.drop_table_comment(
        "ms_markets__targetpositionsts",
        existing_comment="One target position of a position set, in one asset or in one portfolio.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__targetpositionsts",
        "single_asset_quantity",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Target as units of the asset; NULL where another measure is set.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__targetpositionsts",
        "constant_notional_exposure",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Target exposure as a fixed notional amount; NULL where another measure is set.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__targetpositionsts",
        "weight_notional_exposure",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Target exposure as a weight; one of the three measures is set, the others NULL.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__targetpositionsts",
        "portfolio_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="NULL where the target is an asset.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__targetpositionsts",
        "asset_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="NULL where the target is a portfolio.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__targetpositionsts",
        "target_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Equals asset_uid or portfolio_uid, whichever target_type names.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__targetpositionsts",
        "target_type",
        existing_type=sa.VARCHAR(length=32),
        comment=None,
        existing_comment="asset or portfolio.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__signalweightsts",
        existing_comment="One asset's weight in one signal at one time.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__signalweightsts",
        "signal_weight",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Weight that the signal wants, before any rebalance carries it out.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__signalweightsts",
        "signal_uid",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Business key of the signal; text, and not the uid of its row.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__signalmetadata",
        existing_comment="One signal that portfolios take their weights from, and what it does in words.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__signalmetadata",
        "signal_uid",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Business key, as text; portfolios and signal weights refer to the signal by it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__signalmetadata",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__rebalancestrategymetadata",
        existing_comment="One rebalance strategy, with the configuration it runs with.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__rebalancestrategymetadata",
        "configuration_json",
        existing_type=postgresql.JSON(astext_type=sa.Text()),
        comment=None,
        existing_comment="Parameters of the strategy; NULL where none are recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__rebalancestrategymetadata",
        "rebalance_strategy_uid",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Business key of the strategy; text, and not the row's uid.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__rebalancestrategymetadata",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__pricingmarketdatasetcurvebinding",
        existing_comment="One curve of a market-data set, bound to a role and to what it is selected by.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "status",
        existing_type=sa.VARCHAR(length=32),
        server_default=None,
        comment=None,
        existing_comment="ACTIVE unless set otherwise; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "priority",
        existing_type=sa.INTEGER(),
        server_default=None,
        comment=None,
        existing_comment="Ranks bindings that match the same selector.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "source",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Where the binding comes from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "quote_side",
        existing_type=sa.VARCHAR(length=32),
        comment=None,
        existing_comment="Side of the market, such as bid, ask or mid; NULL where it makes no difference.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "selector_key",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="What the curve is selected by; not enforced by a foreign key.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "selector_type",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Kind of thing that selector_key names, such as a currency or an index.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "role_key",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="What the curve is used for, such as discounting.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "binding_key",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Business key; once in each set.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetcurvebinding",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__pricingmarketdatasetbinding",
        existing_comment="One concept of a market-data set, bound to the data node that serves it.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetbinding",
        "source",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Where the binding comes from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetbinding",
        "storage_table_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Table that the data node stores into; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetbinding",
        "data_node_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Data node on the platform; not enforced by a foreign key.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetbinding",
        "concept_key",
        existing_type=sa.VARCHAR(length=128),
        comment=None,
        existing_comment="Kind of data that is bound; once in each set.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdatasetbinding",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__pricingmarketdataset",
        existing_comment="One named choice of market data, such as an end-of-day set.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__pricingmarketdataset",
        "status",
        existing_type=sa.VARCHAR(length=32),
        server_default=None,
        comment=None,
        existing_comment="ACTIVE unless set otherwise; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdataset",
        "set_key",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Business key; a valuation asks for the set by it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__pricingmarketdataset",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__positionset",
        existing_comment="One set of target positions, of one target allocation at one time.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__positionset",
        "source",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Where the targets come from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__positionset",
        "position_set_time",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="Time of the set, unique within its target allocation.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__positionset",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__portfolioweightsts",
        existing_comment="One asset's weight in one portfolio at one time, beside the weight it replaces.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfolioweightsts",
        "weight_before",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Weight that this one replaces.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioweightsts",
        "weight",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Share of the asset in the portfolio.",
        existing_nullable=True,
    )
    op.drop_table_comment(
        "ms_markets__portfoliosts",
        existing_comment="One portfolio's value and return at one time.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfoliosts",
        "close_time",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="Instant of the close; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfoliosts",
        "return",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Return of the portfolio since the observation before.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfoliosts",
        "close",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Value of the portfolio at the close.",
        existing_nullable=True,
    )
    op.drop_table_comment(
        "ms_markets__portfoliostatets",
        existing_comment="One item of a portfolio's state, such as a balance, at one time.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfoliostatets",
        "extension_payload",
        existing_type=sa.TEXT(),
        comment=None,
        existing_comment="What the columns have no place for, serialized as text.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfoliostatets",
        "value",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="In valuation_asset_identifier; NULL where the item is not valued.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfoliostatets",
        "quantity",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="In quantity_unit.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfoliostatets",
        "balance_role",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Which of the asset's balances is meant.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfoliostatets",
        "asset_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Asset that the item is a balance of; NULL where it is of none.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfoliostatets",
        "originating_event_identifier",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Event that created the item, as in PortfolioEventLedgerTS; not enforced.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliostatets",
        "ledger_state_identifier",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Ledger state that the item is part of, as in PortfolioEventLedgerTS; not enforced.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__portfoliorebalancestatets",
        existing_comment="One asset's progress towards its target weight, within one intended rebalance.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfoliorebalancestatets",
        "strategy_state",
        existing_type=sa.TEXT(),
        comment=None,
        existing_comment="State that the rebalance strategy carries forward, serialized as text.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliorebalancestatets",
        "remaining_weight_delta",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Change of weight still to execute; an increase is positive.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliorebalancestatets",
        "executed_weight_delta",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Change of weight executed; an increase is positive.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliorebalancestatets",
        "execution_status",
        existing_type=sa.VARCHAR(length=32),
        comment=None,
        existing_comment="How far the execution has come; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliorebalancestatets",
        "target_signal_time_index",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="Time index of the signal that set the target.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliorebalancestatets",
        "rebalance_intent_id",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Common to all rows that carry out one decision to rebalance.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__portfoliometadata",
        existing_comment="One portfolio's description, kept apart from the portfolio itself.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfoliometadata",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Business key of what is described; no foreign key ties it to a portfolio.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliometadata",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__portfoliogroupmembership",
        existing_comment="One portfolio's membership in one group; a portfolio may belong to several.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfoliogroupmembership",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__portfoliogroup", existing_comment="One named group of portfolios.", schema=None
    )
    op.alter_column(
        "ms_markets__portfoliogroup",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Business key of the group.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliogroup",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__portfolioeventledgerts",
        existing_comment="One record of one revision of an event in a portfolio's ledger.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "extension_payload",
        existing_type=sa.TEXT(),
        comment=None,
        existing_comment="What the columns have no place for, serialized as text.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "nav_after",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Net asset value after the event, in valuation_asset_identifier.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "nav_before",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Net asset value before the event, in valuation_asset_identifier.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "recognized_pnl",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Profit or loss that the record recognizes; a loss is negative.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "eligible_quantity",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Quantity that the event applies to, such as a holding entitled to a dividend.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "price",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="In price_asset_identifier.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "amount_delta",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Change of the amount, in amount_asset_identifier; an increase is positive.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "quantity_delta",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Change of the quantity, in quantity_unit; an increase is positive.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "balance_role",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Which of the asset's balances is meant.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "state_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Item of state that the record concerns, as in PortfolioStateTS; not enforced.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "valuation_references",
        existing_type=sa.TEXT(),
        comment=None,
        existing_comment="What the valuations rest on, serialized as text.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "ledger_state_identifier",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Ledger state that the record is part of, as in PortfolioStateTS.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "input_state_identifier",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Ledger state that the event was applied to.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "causal_event_identifiers",
        existing_type=sa.TEXT(),
        comment=None,
        existing_comment="Events that caused this one, serialized as text; NULL where none are recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "supersedes_event_revision",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Revision of the same event that this one replaces; NULL where it replaces none.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "source_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Where the event was learned from.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "event_record_count",
        existing_type=sa.INTEGER(),
        comment=None,
        existing_comment="Number of records of the revision, which shows whether all are there.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "event_status",
        existing_type=sa.VARCHAR(length=32),
        comment=None,
        existing_comment="Any text; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "observed_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="When the event became known, which may be after it happened.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "event_revision",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Which statement of the event this is; a correction is a revision of its own.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "event_identifier",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Stays the same in every revision.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioeventledgerts",
        "time_index",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="Instant of the event.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__portfoliocashflowsts",
        existing_comment="One cash flow of a portfolio, in the asset that is paid.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfoliocashflowsts",
        "valuation_amount",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="The amount in units of valuation_asset_identifier; NULL where it is not valued.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfoliocashflowsts",
        "amount",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="In units of asset_identifier.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliocashflowsts",
        "asset_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Asset that is paid, such as a currency.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliocashflowsts",
        "event_identifier",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Event that the flow comes from, as in PortfolioEventLedgerTS; not enforced.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliocashflowsts",
        "ledger_state_identifier",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Ledger state that the flow is part of, as in PortfolioEventLedgerTS; not enforced.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__portfoliocalendareventsts",
        existing_comment="One event of one session of a calendar, at the instant it happens.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfoliocalendareventsts",
        "local_date",
        existing_type=sa.VARCHAR(length=10),
        comment=None,
        existing_comment="Date of the event in the calendar's own time zone.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfoliocalendareventsts",
        "time_index",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="Instant of the event.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__portfolioanalyticsts",
        existing_comment="One result of one analysis of a portfolio, for one period.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfolioanalyticsts",
        "source_time_index",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="Time index of the portfolio observation that the result comes from.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolioanalyticsts",
        "return",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Return of the portfolio over the period.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolioanalyticsts",
        "close",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Value of the portfolio at the close.",
        existing_nullable=True,
    )
    op.drop_table_comment(
        "ms_markets__portfolio",
        existing_comment="One portfolio, with its calendar, its signal and where its series are stored.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__portfolio",
        "backtest_table_price_column_name",
        existing_type=sa.VARCHAR(length=20),
        server_default=None,
        comment=None,
        existing_comment="Price column that a backtest reads.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolio",
        "portfolio_data_node_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Data node of the portfolio values on the platform; not enforced by a foreign key.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolio",
        "signal_uid",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Business key of the signal; NULL for a portfolio without one.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolio",
        "signal_weights_data_node_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Data node of the signal weights on the platform; not enforced by a foreign key.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolio",
        "portfolio_weights_data_node_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Data node of the weights on the platform; not enforced by a foreign key.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolio",
        "published_index_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Index that the portfolio is published as; NULL where it is not.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__portfolio",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Business key; time series refer to the portfolio by it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__portfolio",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__ordersts",
        existing_comment="One order to buy or sell one asset for one account.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "time_in_force",
        existing_type=sa.VARCHAR(),
        comment=None,
        existing_comment="How long the order stands, such as day; no set of values is enforced.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "limit_price",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="NULL for an order without a limit.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "filled_quantity",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Units of the asset executed so far.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "status",
        existing_type=sa.VARCHAR(),
        comment=None,
        existing_comment="State of the order; the database enforces no set of values.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "quantity",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Units of the asset ordered.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "order_side",
        existing_type=sa.BIGINT(),
        comment=None,
        existing_comment="Buy or sell, as a number; the database enforces no set of values.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "order_type",
        existing_type=sa.VARCHAR(),
        comment=None,
        existing_comment="Such as market or limit; the database enforces no set of values.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "client_order_id",
        existing_type=sa.VARCHAR(),
        comment=None,
        existing_comment="Order id given by the sender.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "order_remote_id",
        existing_type=sa.VARCHAR(),
        comment=None,
        existing_comment="Order id given by the venue.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "order_manager_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Execution run that placed the order; NULL for an order outside any run.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordersts",
        "order_identifier",
        existing_type=sa.VARCHAR(),
        comment=None,
        existing_comment="Business key; order events and trades name the order by it.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__ordermanager",
        existing_comment="One execution run, whose orders bring one account to its target.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__ordermanager",
        "status",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="State of the run; the database enforces no set of values.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordermanager",
        "execution_end",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="When the run ended; NULL where it has not, or where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordermanager",
        "target_time",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="Time of the target that the run works towards.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__ordermanager",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Business key; orders refer to the run by it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__ordermanager",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__ordereventsts",
        existing_comment="One event in the life of one order, such as its acceptance or a fill.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__ordereventsts",
        "order_status",
        existing_type=sa.VARCHAR(),
        comment=None,
        existing_comment="State of the order at the event; the database enforces no set of values.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__ordereventsts",
        "order_identifier",
        existing_type=sa.VARCHAR(),
        comment=None,
        existing_comment="Order that the event concerns; not enforced by a foreign key.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__openfigiassetdetails",
        existing_comment="One asset's identifiers and classification according to OpenFIGI.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "raw_payload",
        existing_type=postgresql.JSON(astext_type=sa.Text()),
        comment=None,
        existing_comment="Answer of OpenFIGI as received.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "metadata",
        existing_type=sa.TEXT(),
        comment=None,
        existing_comment="Note of OpenFIGI, which stands where it cannot show other fields.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "unique_id_fut_opt",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Unique identifier of OpenFIGI for futures and options.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "unique_id",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Unique identifier of OpenFIGI.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "security_market_sector",
        existing_type=sa.VARCHAR(length=50),
        comment=None,
        existing_comment="Market sector of OpenFIGI, such as Equity or Govt.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "security_type_2",
        existing_type=sa.VARCHAR(length=50),
        comment=None,
        existing_comment="Second classification of OpenFIGI, beside security_type.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "exchange_code",
        existing_type=sa.VARCHAR(length=50),
        comment=None,
        existing_comment="Exchange code of OpenFIGI.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "isin",
        existing_type=sa.VARCHAR(length=12),
        comment=None,
        existing_comment="International Securities Identification Number.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "share_class",
        existing_type=sa.VARCHAR(length=12),
        comment=None,
        existing_comment="FIGI shared by the listings of one share class worldwide.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "composite",
        existing_type=sa.VARCHAR(length=12),
        comment=None,
        existing_comment="FIGI shared by the listings of one country.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__openfigiassetdetails",
        "figi",
        existing_type=sa.VARCHAR(length=12),
        comment=None,
        existing_comment="Financial Instrument Global Identifier of the instrument itself.",
        existing_nullable=True,
    )
    op.drop_table_comment(
        "ms_markets__issuer",
        existing_comment="One issuer of securities, such as a company or a government.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__issuer",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Business key of the issuer.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__issuer",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__indexvaluests",
        existing_comment="One index's value at one time, with the definition and the source it comes from.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__indexvaluests",
        "source_as_of",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="Time that the source data stands for; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexvaluests",
        "observation_status",
        existing_type=sa.VARCHAR(length=32),
        comment=None,
        existing_comment="Quality of the value; the database enforces no set of values.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexvaluests",
        "definition_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Formula definition that yielded the value; NULL where none did.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexvaluests",
        "value",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="In the unit of the index, whose value_format says how it is presented.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__indextype",
        existing_comment="One kind of index, such as equity indices or interest rates.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__indextype",
        "index_type",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Business key; indices name their type by it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indextype",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__indexformulainput",
        existing_comment="One series that a formula definition reads, of an asset or of another index.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__indexformulainput",
        "observable",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="What is read of the asset or index, by name, such as close.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexformulainput",
        "meta_table_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="MetaTable on the platform that is read; not enforced by a foreign key.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexformulainput",
        "component_index_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Index that is read; NULL where the input is an asset.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexformulainput",
        "asset_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Asset that is read; NULL where the input is an index.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexformulainput",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__indexformuladefinition",
        existing_comment="One version of the formula that an index is computed by.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__indexformuladefinition",
        "definition_hash",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Digest of the definition, so that an index has each definition only once.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexformuladefinition",
        "missing_data_policy",
        existing_type=sa.VARCHAR(length=16),
        server_default=None,
        comment=None,
        existing_comment="drop leaves out a time at which an input is missing; fail refuses it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexformuladefinition",
        "alignment_policy",
        existing_type=sa.VARCHAR(length=16),
        server_default=None,
        comment=None,
        existing_comment="exact joins inputs of the same time; asof takes the latest of each up to then.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexformuladefinition",
        "formula",
        existing_type=sa.TEXT(),
        comment=None,
        existing_comment="Expression over the inputs.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexformuladefinition",
        "valid_to",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="After valid_from; NULL while no end is set.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexformuladefinition",
        "status",
        existing_type=sa.VARCHAR(length=32),
        server_default=None,
        comment=None,
        existing_comment="draft, active or retired; an index has at most one active definition.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexformuladefinition",
        "version",
        existing_type=sa.INTEGER(),
        comment=None,
        existing_comment="Positive; once in each index.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexformuladefinition",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__indexfixingsts",
        existing_comment="One fixing of one index on one day.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__indexfixingsts",
        "rate",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Rate fixed; NULL where none is known.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexfixingsts",
        "time_index",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="Instant of the fixing.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__indexdatasetavailability",
        existing_comment="One dataset that may hold values of one index, with what was last found in it.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "error_message",
        existing_type=sa.VARCHAR(length=1024),
        comment=None,
        existing_comment="Explanation of the error code; NULL in the other states.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "error_code",
        existing_type=sa.VARCHAR(length=128),
        comment=None,
        existing_comment="Why the dataset is unavailable; NULL in the other states.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "reconciled_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        server_default=None,
        comment=None,
        existing_comment="When this row was last brought in line with the dataset.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "latest_time_index",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="NULL when empty or unavailable.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "earliest_time_index",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="NULL when empty or unavailable.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "row_count",
        existing_type=sa.INTEGER(),
        comment=None,
        existing_comment="Rows of the index in the dataset; NULL when unavailable.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "population_state",
        existing_type=sa.VARCHAR(length=32),
        comment=None,
        existing_comment="populated, compatible_empty (no rows) or unavailable (not known, see error_code).",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "cadence",
        existing_type=sa.VARCHAR(length=32),
        comment=None,
        existing_comment="Declared spacing of the observations, such as 1d.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "meta_table_uid",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Key of the MetaTable on the platform, as text; not enforced by a foreign key.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__indexdatasetavailability",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__indexconventiondetails",
        existing_comment="One index's market conventions, in the form that a pricing library reads.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__indexconventiondetails",
        "source",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Where the conventions were taken from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__indexconventiondetails",
        "convention_dump",
        existing_type=postgresql.JSON(astext_type=sa.Text()),
        comment=None,
        existing_comment="The conventions, serialized as serialization_format says.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__index",
        existing_comment="One market quantity with a value over time, such as a rate, a spread or a benchmark.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__index",
        "value_suffix",
        existing_type=sa.VARCHAR(length=32),
        comment=None,
        existing_comment="Text that follows a presented value, such as a unit; NULL for none.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__index",
        "value_format",
        existing_type=sa.VARCHAR(length=16),
        comment=None,
        existing_comment="decimal or percent: the form in which values are presented.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__index",
        "calculation_method",
        existing_type=sa.VARCHAR(length=16),
        comment=None,
        existing_comment="formula where a formula definition yields the values; custom otherwise.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__index",
        "index_type",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Key of an index type; not enforced by a foreign key.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__index",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Business key; index values refer to the index by it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__index",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__futureassetdetails",
        existing_comment="One futures contract: what it is written on, how large it is and how it settles.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "expires_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="NULL for a future without expiry, such as a perpetual.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "contract_unit",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Unit that contract_size counts.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "contract_size",
        existing_type=sa.NUMERIC(precision=38, scale=18),
        comment=None,
        existing_comment="Number of contract units that one contract stands for.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "settlement_method",
        existing_type=sa.VARCHAR(length=32),
        comment=None,
        existing_comment="How it settles, such as in cash or by delivery; no set of values is enforced.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "settlement_model",
        existing_type=sa.VARCHAR(length=32),
        comment=None,
        existing_comment="Settlement model of the contract; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "margin_asset",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Key of the asset that margin is posted in.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "settlement_asset",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Key of the asset that the contract settles in.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "quote_unit",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Unit that prices are quoted in.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "kind",
        existing_type=sa.VARCHAR(length=32),
        comment=None,
        existing_comment="Kind of future; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__futureassetdetails",
        "asset_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Asset that is the future; a future has the key of its asset.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__externalpricests",
        existing_comment="One daily price bar of one asset, from an external source.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__externalpricests",
        "interpolated",
        existing_type=sa.BOOLEAN(),
        comment=None,
        existing_comment="True where the bar was filled in rather than observed; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__externalpricests",
        "vwap",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Volume-weighted average price of the bar.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__externalpricests",
        "open_time",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="Start of the bar; NULL where not recorded.",
        existing_nullable=True,
    )
    op.drop_table_comment(
        "ms_markets__discountcurvests",
        existing_comment="One curve as it stood on one day.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__discountcurvests",
        "key_nodes",
        existing_type=sa.TEXT(),
        comment=None,
        existing_comment="Nodes that the curve was built on, serialized as text; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__discountcurvests",
        "curve",
        existing_type=sa.VARCHAR(),
        comment=None,
        existing_comment="The curve itself, serialized as text.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__curvebuildingdetails",
        existing_comment="One curve's recipe: the conventions and methods that turn its quotes into nodes.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__curvebuildingdetails",
        "source",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Where the details were taken from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__curvebuildingdetails",
        "builder_payload",
        existing_type=postgresql.JSON(astext_type=sa.Text()),
        comment=None,
        existing_comment="Further parameters of the builder; NULL where it has none.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__curvebuildingdetails",
        "compounding_frequency",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="How often the rates compound; NULL where the compounding needs no frequency.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__curvebuildingdetails",
        "calendar_code",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Holiday calendar of the builder; no foreign key ties it to a calendar.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__curvebuildingdetails",
        "day_counter_code",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Day count that turns dates into year fractions.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__curvebuildingdetails",
        "rate_unit",
        existing_type=sa.VARCHAR(length=32),
        comment=None,
        existing_comment="Unit that the input rates are quoted in.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__curvebuildingdetails",
        "quote_convention",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="What the input quotes mean.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__curve",
        existing_comment="One curve that instruments are priced with, such as a discount curve of one currency.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__curve",
        "status",
        existing_type=sa.VARCHAR(length=32),
        server_default=None,
        comment=None,
        existing_comment="ACTIVE unless set otherwise; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__curve",
        "source",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Where the curve comes from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__curve",
        "quote_side",
        existing_type=sa.VARCHAR(length=32),
        comment=None,
        existing_comment="Side of the market, such as bid, ask or mid; NULL where it makes no difference.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__curve",
        "currency_code",
        existing_type=sa.VARCHAR(length=16),
        comment=None,
        existing_comment="NULL where the curve belongs to no one currency.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__curve",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Business key; curve values refer to the curve by it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__curve",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__currencyspotassetdetails",
        existing_comment="One spot currency pair: the currency that is priced and the one it is priced in.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__currencyspotassetdetails",
        "quote_currency_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Currency asset that the price is stated in: USD in EURUSD.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__currencyspotassetdetails",
        "base_currency_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Currency asset that is priced: EUR in EURUSD.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__currencyspotassetdetails",
        "asset_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Asset that is the pair; a pair has the key of its asset.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__calendarsession",
        existing_comment="One session of one date in one calendar, from its opening to its close.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__calendarsession",
        "is_primary",
        existing_type=sa.BOOLEAN(),
        server_default=None,
        comment=None,
        existing_comment="True for the main session of its date.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendarsession",
        "timezone",
        existing_type=sa.VARCHAR(length=64),
        server_default=None,
        comment=None,
        existing_comment="Time zone of the session, such as America/New_York.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendarsession",
        "closes_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="Instant of closing; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__calendarsession",
        "opens_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="Instant of opening; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__calendarsession",
        "session_label",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Tells the sessions of one date apart, such as regular or overnight.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendarsession",
        "local_date",
        existing_type=sa.DATE(),
        comment=None,
        existing_comment="Date that the session belongs to, in its time zone.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendarsession",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__calendarevent",
        existing_comment="One event in one calendar, which may concern one target such as an asset.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__calendarevent",
        "target_identifier",
        existing_type=sa.VARCHAR(length=255),
        server_default=None,
        comment=None,
        existing_comment="Business key of the target; empty for none.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendarevent",
        "target_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Key of the target; not enforced, since its table depends on target_type.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__calendarevent",
        "target_type",
        existing_type=sa.VARCHAR(length=64),
        server_default=None,
        comment=None,
        existing_comment="Kind of thing the event concerns; empty for none.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendarevent",
        "event_label",
        existing_type=sa.VARCHAR(length=255),
        server_default=None,
        comment=None,
        existing_comment="Tells events of one type and date apart; empty for none.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendarevent",
        "event_type",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Kind of event; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendarevent",
        "event_time",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="Instant of the event; NULL where only its date is known.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__calendarevent",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__calendardate",
        existing_comment="One date of one calendar: a business day, a holiday or a weekend day.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__calendardate",
        "holiday_name",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="NULL on other days, or where the holiday has no recorded name.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__calendardate",
        "is_early_close",
        existing_type=sa.BOOLEAN(),
        server_default=None,
        comment=None,
        existing_comment="True where the day ends before the usual time.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendardate",
        "is_weekend",
        existing_type=sa.BOOLEAN(),
        server_default=None,
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendardate",
        "is_holiday",
        existing_type=sa.BOOLEAN(),
        server_default=None,
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendardate",
        "is_business_day",
        existing_type=sa.BOOLEAN(),
        server_default=None,
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendardate",
        "local_date",
        existing_type=sa.DATE(),
        comment=None,
        existing_comment="In the time zone of the calendar.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendardate",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__calendar",
        existing_comment="One calendar, such as that of an exchange, with the span of dates it covers.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__calendar",
        "valid_to",
        existing_type=sa.DATE(),
        comment=None,
        existing_comment="End of the dates covered.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendar",
        "valid_from",
        existing_type=sa.DATE(),
        comment=None,
        existing_comment="Start of the dates covered.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendar",
        "source_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Name of the calendar at its source.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__calendar",
        "source",
        existing_type=sa.VARCHAR(length=128),
        comment=None,
        existing_comment="Where the calendar comes from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__calendar",
        "timezone",
        existing_type=sa.VARCHAR(length=64),
        server_default=None,
        comment=None,
        existing_comment="Time zone of the local dates, such as America/New_York.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendar",
        "calendar_type",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Kind of calendar; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendar",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Business key of the calendar.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__calendar",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__bondassetdetails",
        existing_comment="One bond: its issuer, its currency and its dates.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__bondassetdetails",
        "status",
        existing_type=sa.VARCHAR(length=32),
        comment=None,
        existing_comment="State of the bond; the database enforces no set of values.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__bondassetdetails",
        "maturity_date",
        existing_type=sa.DATE(),
        comment=None,
        existing_comment="NULL for a bond without a fixed maturity, such as a perpetual.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__bondassetdetails",
        "currency_asset_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Asset that is the currency of the bond.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__bondassetdetails",
        "asset_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Asset that is the bond; a bond has the key of its asset.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__assettype",
        existing_comment="One kind of asset, such as bonds or currency pairs.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__assettype",
        "asset_type",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Business key; assets name their type by it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__assettype",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__assetsnapshotsts",
        existing_comment="One asset's name, ticker and exchange as they stood at one time.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__assetsnapshotsts",
        "asset_ticker_group_id",
        existing_type=sa.VARCHAR(),
        comment=None,
        existing_comment="Shared by tickers that belong together; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__assetsnapshotsts",
        "exchange_code",
        existing_type=sa.VARCHAR(),
        comment=None,
        existing_comment="Code of the listing exchange; the database enforces no one code scheme.",
        existing_nullable=True,
    )
    op.drop_table_comment(
        "ms_markets__assetpricingdetailsts",
        existing_comment="One asset's instrument as it was at one time.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__assetpricingdetailsts",
        "source",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Where the details were taken from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__assetpricingdetailsts",
        "pricing_package_version",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Version of the pricing library that wrote the dump; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__assetpricingdetailsts",
        "instrument_dump",
        existing_type=postgresql.JSONB(astext_type=sa.Text()),
        comment=None,
        existing_comment="The instrument, serialized as serialization_format says.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__assetpricingdetailsts",
        "time_index",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="Instant that the details date from.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__assetcurrentpricingdetails",
        existing_comment="One asset's current instrument: the terms that a pricing library needs to value it.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__assetcurrentpricingdetails",
        "source",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Where the details were taken from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__assetcurrentpricingdetails",
        "pricing_package_version",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Version of the pricing library that wrote the dump; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__assetcurrentpricingdetails",
        "pricing_details_date",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="Instant that the details date from.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__assetcurrentpricingdetails",
        "instrument_dump",
        existing_type=postgresql.JSON(astext_type=sa.Text()),
        comment=None,
        existing_comment="The instrument, serialized as serialization_format says.",
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__assetcategorymembership",
        existing_comment="One asset's membership in one category; an asset may belong to several.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__assetcategorymembership",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__assetcategory",
        existing_comment="One named grouping of assets, such as a sector or an investable universe.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__assetcategory",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Business key of the category.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__assetcategory",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__asset",
        existing_comment="One tradable or reference instrument, known everywhere by its unique identifier.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__asset",
        "asset_type",
        existing_type=sa.VARCHAR(length=64),
        comment=None,
        existing_comment="Key of an asset type; not enforced, so that types can arrive later.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__asset",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Business key; time series refer to the asset by it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__asset",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__accounttargetallocation",
        existing_comment="One account's assignment to one allocation model, which its target positions belong to.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__accounttargetallocation",
        "source",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Where the assignment comes from; NULL where not recorded.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__accounttargetallocation",
        "is_active",
        existing_type=sa.BOOLEAN(),
        server_default=None,
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__accounttargetallocation",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Business key of the assignment.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__accounttargetallocation",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__accountholdingsts",
        existing_comment="One account's position in one asset at one time, as part of a holdings set.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__accountholdingsts",
        "target_trade_time",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment=None,
        existing_comment="Intended time of trading; NULL where none is set.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__accountholdingsts",
        "direction",
        existing_type=sa.SMALLINT(),
        server_default=None,
        comment=None,
        existing_comment="1 for a long position, -1 for a short one.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__accountholdingsts",
        "quantity",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment=None,
        existing_comment="Units of the asset; direction says whether they are held long or short.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__accountholdingsts",
        "is_trade_snapshot",
        existing_type=sa.BOOLEAN(),
        comment=None,
        existing_comment="Whether the snapshot belongs to a trade; NULL where not recorded.",
        existing_nullable=True,
    )
    op.drop_table_comment(
        "ms_markets__accountholdingsset",
        existing_comment="One snapshot of everything that one account held at one time.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__accountholdingsset",
        "source_data_node_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Data node on the platform that the set came from; not enforced by a foreign key.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__accountholdingsset",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__accountgroup",
        existing_comment="One group of accounts; an account belongs to one group at most.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__accountgroup",
        "group_name",
        existing_type=sa.VARCHAR(length=100),
        comment=None,
        existing_comment="Business key; any number of groups may be unnamed (NULL).",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__accountgroup",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__accountallocationmodel",
        existing_comment="One plan for investing accounts, which several accounts may follow.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__accountallocationmodel",
        "allocation_model_name",
        existing_type=sa.VARCHAR(length=100),
        comment=None,
        existing_comment="Business key of the model.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__accountallocationmodel",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
    op.drop_table_comment(
        "ms_markets__account",
        existing_comment="One account that holds assets, on paper or with real money.",
        schema=None,
    )
    op.alter_column(
        "ms_markets__account",
        "holdings_data_node_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="Data node of the holdings on the platform; not enforced by a foreign key.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__account",
        "account_group_uid",
        existing_type=sa.UUID(),
        comment=None,
        existing_comment="NULL for an account in no group.",
        existing_nullable=True,
    )
    op.alter_column(
        "ms_markets__account",
        "account_is_active",
        existing_type=sa.BOOLEAN(),
        server_default=None,
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__account",
        "is_paper",
        existing_type=sa.BOOLEAN(),
        server_default=None,
        comment=None,
        existing_comment="True for simulated trading, without real money.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__account",
        "unique_identifier",
        existing_type=sa.VARCHAR(length=255),
        comment=None,
        existing_comment="Business key; orders and trades refer to the account by it.",
        existing_nullable=False,
    )
    op.alter_column(
        "ms_markets__account",
        "uid",
        existing_type=sa.UUID(),
        server_default=None,
        existing_nullable=False,
    )
