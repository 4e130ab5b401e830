"""Bond details: the additional columns of an asset that is a bond."""

import datetime
import uuid

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.assets.asset import Asset
from msm.models.issuers import Issuer
from msm.types import Str32


class BondAssetDetails(MarketsMetaTable):
    """One bond: its issuer, its currency and its dates."""

    asset_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Asset.uid, ondelete="CASCADE"),
        primary_key=True,
        comment="Asset that is the bond; this row has the same key.",
    )
    issuer_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Issuer.uid, ondelete="RESTRICT"),
        index=True,
        comment="Issuer that owes the payments, such as a company or a government.",
    )
    currency_asset_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Asset.uid, ondelete="RESTRICT"),
        index=True,
        comment="Asset, a currency, that the bond pays in.",
    )
    issue_date: Mapped[datetime.date] = mapped_column(
        comment="Date of issue; interest may start to accrue on another date."
    )
    maturity_date: Mapped[datetime.date | None] = mapped_column(
        index=True, comment="NULL for a bond without a fixed maturity, such as a perpetual."
    )
    status: Mapped[Str32] = mapped_column(
        index=True, comment="State of the bond; the database enforces no set of values."
    )
