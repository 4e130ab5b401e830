"""Asset snapshots: how an asset was described at a time."""

import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models.assets.asset import Asset
from msm.models.descriptions import ASSET_IDENTIFIER, OBSERVATION_TIME
from msm.types import Str255


class AssetSnapshotsTS(MarketsTimeIndexMetaTable):
    """One asset's name, ticker and exchange as they stood at one time."""

    __identity_dimensions__ = ("asset_identifier",)

    time_index: Mapped[datetime.datetime] = mapped_column(comment=OBSERVATION_TIME)
    asset_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"), comment=ASSET_IDENTIFIER
    )
    name: Mapped[str | None] = mapped_column(
        comment="Name that the asset had at time_index; NULL where not recorded."
    )
    ticker: Mapped[str | None] = mapped_column(
        comment="Trading symbol that the asset had at time_index; NULL where not recorded."
    )
    exchange_code: Mapped[str | None] = mapped_column(
        comment="Code of the listing exchange; the database enforces no one code scheme."
    )
    asset_ticker_group_id: Mapped[str | None] = mapped_column(
        comment="Shared by tickers that belong together; NULL where not recorded."
    )

    __table_args__ = (Index(None, *__identity_dimensions__, "time_index"),)
