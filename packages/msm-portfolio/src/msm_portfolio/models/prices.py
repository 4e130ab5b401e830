"""External prices: bars of assets from outside the platform."""

import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models import Asset
from msm.models.descriptions import ASSET_IDENTIFIER
from msm.types import Str255


class ExternalPricesTS(MarketsTimeIndexMetaTable):
    """One daily price bar of one asset, from an external source."""

    __identity_dimensions__ = ("asset_identifier",)
    __cadence__ = "1d"

    time_index: Mapped[datetime.datetime] = mapped_column(
        comment="Instant of the observation, in UTC when read through msm; bars are daily."
    )
    asset_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"), comment=ASSET_IDENTIFIER
    )
    open_time: Mapped[datetime.datetime | None] = mapped_column(
        comment="Start of the bar; NULL where not recorded."
    )
    open: Mapped[float | None] = mapped_column(
        comment="First price of the bar, as the source quotes it; NULL where not recorded."
    )
    high: Mapped[float | None] = mapped_column(
        comment="Highest price of the bar, as the source quotes it; NULL where not recorded."
    )
    low: Mapped[float | None] = mapped_column(
        comment="Lowest price of the bar, as the source quotes it; NULL where not recorded."
    )
    close: Mapped[float | None] = mapped_column(
        comment="Last price of the bar, as the source quotes it; NULL where not recorded."
    )
    volume: Mapped[float | None] = mapped_column(
        comment="Quantity traded in the bar, as the source counts it; NULL where not recorded."
    )
    trade_count: Mapped[float | None] = mapped_column(
        comment="Number of trades in the bar, stored as FLOAT; NULL where not recorded."
    )
    vwap: Mapped[float | None] = mapped_column(comment="Volume-weighted average price of the bar.")
    interpolated: Mapped[bool | None] = mapped_column(
        comment="True where the bar was filled in rather than observed; NULL where not recorded."
    )

    __table_args__ = (Index(None, *__identity_dimensions__, "time_index"),)
