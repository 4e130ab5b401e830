"""Derivatives: the additional columns of an asset that is a future."""

import datetime
import uuid

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.assets.asset import Asset
from msm.models.descriptions import FURTHER_ATTRIBUTES
from msm.models.indices.index import Index
from msm.types import Decimal38, Json, Str32, Str64


class FutureAssetDetails(MarketsMetaTable):
    """One futures contract: what it is written on, how large it is and how it settles."""

    asset_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Asset.uid, ondelete="CASCADE"),
        primary_key=True,
        comment="Asset that is the future; this row has the same key.",
    )
    kind: Mapped[Str32] = mapped_column(
        comment="Kind of future; the database enforces no set of values."
    )
    underlying_index_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Index.uid, ondelete="RESTRICT"),
        index=True,
        comment="Index that the contract is written on; every future has one.",
    )
    quote_unit: Mapped[Str64] = mapped_column(comment="Unit that prices are quoted in.")
    settlement_asset: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Asset.uid, ondelete="RESTRICT"),
        index=True,
        comment="Key of the asset that the contract settles in.",
    )
    margin_asset: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Asset.uid, ondelete="RESTRICT"),
        index=True,
        comment="Key of the asset that margin is posted in.",
    )
    settlement_model: Mapped[Str32] = mapped_column(
        comment="Settlement model of the contract; the database enforces no set of values."
    )
    settlement_method: Mapped[Str32] = mapped_column(
        comment="How it settles, such as in cash or by delivery; no set of values is enforced."
    )
    contract_size: Mapped[Decimal38] = mapped_column(
        comment="Number of contract units that one contract stands for."
    )
    contract_unit: Mapped[Str64] = mapped_column(comment="Unit that contract_size counts.")
    expires_at: Mapped[datetime.datetime | None] = mapped_column(
        index=True, comment="NULL for a future without expiry, such as a perpetual."
    )
    settles_at: Mapped[datetime.datetime | None] = mapped_column(
        comment="Instant of final settlement, which may be after expires_at; NULL for none."
    )
    # SQLAlchemy keeps the attribute name `metadata` for itself.
    metadata_: Mapped[Json | None] = mapped_column("metadata", comment=FURTHER_ATTRIBUTES)
