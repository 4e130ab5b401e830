"""Virtual funds: parts of an account, with their share of its holdings."""

import datetime
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable, MarketsTimeIndexMetaTable
from msm.models.accounts.account import Account
from msm.models.accounts.holdings import AccountHoldingsSet
from msm.models.assets.asset import Asset
from msm.models.descriptions import (
    ASSET_IDENTIFIER,
    FURTHER_ATTRIBUTES,
    OBSERVATION_TIME,
    SURROGATE_KEY,
)
from msm.models.portfolios.portfolio import Portfolio
from msm.types import Jsonb, SmallInt, Str64, Str255, UuidKey


class VirtualFund(MarketsMetaTable):
    """One slice of an account that is run towards one target portfolio."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    unique_identifier: Mapped[Str255] = mapped_column(
        index=True, unique=True, comment="Business key of the virtual fund."
    )
    account_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Account.uid, ondelete="CASCADE"),
        index=True,
        comment="Account that the fund is a slice of.",
    )
    target_portfolio_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Portfolio.uid, ondelete="RESTRICT"),
        index=True,
        comment="Portfolio that the fund aims to hold; a portfolio in use cannot be deleted.",
    )


class VirtualFundHoldingsSet(MarketsMetaTable):
    """One virtual fund's share of one account holdings set."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    virtual_fund_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(VirtualFund.uid, ondelete="CASCADE"),
        index=True,
        comment="Fund whose share this is; at most one share of each account holdings set.",
    )
    source_account_holdings_set_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(AccountHoldingsSet.uid, ondelete="RESTRICT"),
        index=True,
        comment="Account holdings set that the share is taken from.",
    )
    time_index: Mapped[datetime.datetime] = mapped_column(
        comment="Instant of the snapshot, in UTC when read through msm."
    )

    __table_args__ = (
        Index(None, "virtual_fund_uid", "source_account_holdings_set_uid", unique=True),
    )


class VirtualFundHoldingsTS(MarketsTimeIndexMetaTable):
    """One virtual fund's position in one asset at one time, out of what its account held."""

    __identity_dimensions__ = ("virtual_fund_uid", "asset_identifier")

    time_index: Mapped[datetime.datetime] = mapped_column(comment=OBSERVATION_TIME)
    virtual_fund_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(VirtualFund.uid, ondelete="CASCADE"),
        comment="Fund that the position is allocated to; one row for each fund, asset and instant.",
    )
    asset_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"), comment=ASSET_IDENTIFIER
    )
    virtual_fund_holdings_set_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(VirtualFundHoldingsSet.uid, ondelete="CASCADE"),
        comment="Snapshot that the position is part of; deleting it deletes the position.",
    )
    source_account_holdings_set_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(AccountHoldingsSet.uid, ondelete="RESTRICT"),
        comment="Account holdings set that the quantity is taken from.",
    )
    allocated_quantity: Mapped[float] = mapped_column(
        comment="Units of the asset; direction says whether they are held long or short."
    )
    allocation_strategy: Mapped[Str64] = mapped_column(
        server_default="explicit",
        comment="How the quantity was allotted; explicit unless set otherwise.",
    )
    direction: Mapped[SmallInt] = mapped_column(
        server_default=text("1"), comment="1 for a long position, -1 for a short one."
    )
    target_trade_time: Mapped[datetime.datetime | None] = mapped_column(
        comment="Intended time of trading; NULL where none is set."
    )
    extra_details: Mapped[Jsonb | None] = mapped_column(comment=FURTHER_ATTRIBUTES)

    __table_args__ = (
        # The published token, which has the prefix of the convention in it.
        CheckConstraint("direction IN (1, -1)", name="ck_virtual_fund_holdings_direction"),
        Index(None, *__identity_dimensions__, "time_index"),
    )
