"""Trades: what was executed, at which price and cost."""

import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models.accounts.account import Account
from msm.models.assets.asset import Asset
from msm.models.descriptions import ACCOUNT_IDENTIFIER, ASSET_IDENTIFIER
from msm.types import BigInt, Jsonb, Str255


class TradesTS(MarketsTimeIndexMetaTable):
    """One trade of one asset, executed for one account."""

    __time_index_name__ = "trade_time"
    __identity_dimensions__ = ("trade_identifier", "account_identifier", "asset_identifier")

    trade_time: Mapped[datetime.datetime] = mapped_column(
        comment="Instant of the execution, in UTC when read through msm; part of the identity."
    )
    trade_identifier: Mapped[str] = mapped_column(
        comment="Business key, unique only together with time, account and asset."
    )
    account_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Account.unique_identifier, ondelete="RESTRICT"), comment=ACCOUNT_IDENTIFIER
    )
    order_identifier: Mapped[str | None] = mapped_column(
        comment="Order that was executed; not enforced by a foreign key."
    )
    asset_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"), comment=ASSET_IDENTIFIER
    )
    trade_side: Mapped[BigInt | None] = mapped_column(
        comment="Buy or sell, as a number; the database enforces no set of values."
    )
    quantity: Mapped[float | None] = mapped_column(comment="Units of the asset traded.")
    price: Mapped[float | None] = mapped_column(comment="Price of one unit of the asset.")
    commission: Mapped[float | None] = mapped_column(
        comment="In units of the asset that commission_asset_identifier names."
    )
    commission_asset_identifier: Mapped[Str255 | None] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"),
        comment="Asset, such as a currency, that the commission was paid in.",
    )
    settlement_cost: Mapped[float | None] = mapped_column(
        comment="In units of the asset that settlement_asset_identifier names."
    )
    settlement_asset_identifier: Mapped[Str255 | None] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"),
        comment="Asset, such as a currency, that the trade was settled in.",
    )
    comments: Mapped[str | None] = mapped_column(
        comment="Remarks for people, in free text; NULL where none is written."
    )
    venue_metadata: Mapped[Jsonb | None] = mapped_column(
        comment="Attributes from the venue, as a JSON object with no fixed keys; NULL for none."
    )

    __table_args__ = (Index(None, *__identity_dimensions__, __time_index_name__),)
