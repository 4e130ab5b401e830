"""Currency spot details: the two currencies of an asset that is a currency pair."""

import uuid

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.assets.asset import Asset


class CurrencySpotAssetDetails(MarketsMetaTable):
    """One spot currency pair: the currency that is priced and the one it is priced in."""

    asset_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Asset.uid, ondelete="CASCADE"),
        primary_key=True,
        comment="Asset that is the pair; a pair has the key of its asset.",
    )
    base_currency_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Asset.uid, ondelete="RESTRICT"),
        index=True,
        comment="Currency asset that is priced: EUR in EURUSD.",
    )
    quote_currency_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Asset.uid, ondelete="RESTRICT"),
        index=True,
        comment="Currency asset that the price is stated in: USD in EURUSD.",
    )

    __table_args__ = (Index(None, "base_currency_uid", "quote_currency_uid", unique=True),)
