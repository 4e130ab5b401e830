"""Portfolio weights: what a portfolio is made of."""

import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models import Asset, Portfolio
from msm.models.descriptions import ASSET_IDENTIFIER, OBSERVATION_TIME, PORTFOLIO_IDENTIFIER
from msm.types import Str255


class PortfolioWeightsTS(MarketsTimeIndexMetaTable):
    """One asset's weight in one portfolio at one time, beside the weight it replaces."""

    __identity_dimensions__ = ("portfolio_identifier", "asset_identifier")

    time_index: Mapped[datetime.datetime] = mapped_column(comment=OBSERVATION_TIME)
    portfolio_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Portfolio.unique_identifier, ondelete="RESTRICT"), comment=PORTFOLIO_IDENTIFIER
    )
    asset_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"), comment=ASSET_IDENTIFIER
    )
    weight: Mapped[float | None] = mapped_column(comment="Share of the asset in the portfolio.")
    weight_before: Mapped[float | None] = mapped_column(comment="Weight that this one replaces.")
    price_current: Mapped[float | None] = mapped_column(
        comment="Price of one unit that goes with weight; NULL where not recorded."
    )
    price_before: Mapped[float | None] = mapped_column(
        comment="Price of one unit that goes with weight_before; NULL where not recorded."
    )
    volume_current: Mapped[float | None] = mapped_column(
        comment="Volume of the asset that goes with weight; NULL where not recorded."
    )
    volume_before: Mapped[float | None] = mapped_column(
        comment="Volume of the asset that goes with weight_before; NULL where not recorded."
    )

    __table_args__ = (Index(None, *__identity_dimensions__, "time_index"),)
