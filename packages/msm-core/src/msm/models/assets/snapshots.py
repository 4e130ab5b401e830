"""Asset snapshots: how an asset was described at a time."""

import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models.assets.asset import Asset
from msm.types import Str255


class AssetSnapshotsTS(MarketsTimeIndexMetaTable):
    """One asset's name, ticker and exchange as they stood at one time."""

    __identity_dimensions__ = ("asset_identifier",)

    time_index: Mapped[datetime.datetime]
    asset_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT")
    )
    name: Mapped[str | None]
    ticker: Mapped[str | None]
    exchange_code: Mapped[str | None] = mapped_column(
        comment="Code of the listing exchange; the database enforces no one code scheme."
    )
    asset_ticker_group_id: Mapped[str | None] = mapped_column(
        comment="Shared by tickers that belong together; NULL where not recorded."
    )
