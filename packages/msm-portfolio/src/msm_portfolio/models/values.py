"""Portfolio values: what a portfolio is worth, and what it returned."""

import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models import Portfolio
from msm.models.descriptions import OBSERVATION_TIME, PORTFOLIO_IDENTIFIER
from msm.types import Str255


class PortfoliosTS(MarketsTimeIndexMetaTable):
    """One portfolio's value and return at one time."""

    __identity_dimensions__ = ("portfolio_identifier",)

    time_index: Mapped[datetime.datetime] = mapped_column(comment=OBSERVATION_TIME)
    portfolio_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Portfolio.unique_identifier, ondelete="RESTRICT"), comment=PORTFOLIO_IDENTIFIER
    )
    close: Mapped[float | None] = mapped_column(
        comment="Value of the portfolio at the close; its currency is not recorded."
    )
    # `return` is a keyword of Python.
    return_: Mapped[float | None] = mapped_column(
        "return", comment="Return of the portfolio since the observation before."
    )
    calculated_close: Mapped[float | None] = mapped_column(
        comment="Computed value of the portfolio, kept next to close; NULL where not recorded."
    )
    close_time: Mapped[datetime.datetime | None] = mapped_column(
        comment="Instant of the close; NULL where not recorded."
    )

    __table_args__ = (Index(None, *__identity_dimensions__, "time_index"),)
