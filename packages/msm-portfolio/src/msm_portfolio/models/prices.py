"""External prices: bars of assets from outside the platform."""

import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models import Asset
from msm.types import Str255


class ExternalPricesTS(MarketsTimeIndexMetaTable):
    """One daily price bar of one asset, from an external source."""

    __identity_dimensions__ = ("asset_identifier",)
    __cadence__ = "1d"

    time_index: Mapped[datetime.datetime]
    asset_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT")
    )
    open_time: Mapped[datetime.datetime | None] = mapped_column(
        comment="Start of the bar; NULL where not recorded."
    )
    open: Mapped[float | None]
    high: Mapped[float | None]
    low: Mapped[float | None]
    close: Mapped[float | None]
    volume: Mapped[float | None]
    trade_count: Mapped[float | None]
    vwap: Mapped[float | None] = mapped_column(comment="Volume-weighted average price of the bar.")
    interpolated: Mapped[bool | None] = mapped_column(
        comment="True where the bar was filled in rather than observed; NULL where not recorded."
    )
