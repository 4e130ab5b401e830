"""Portfolio analytics: results of analyses over a portfolio's history."""

import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models import Portfolio
from msm.models.descriptions import PORTFOLIO_IDENTIFIER
from msm.types import Str255


class PortfolioAnalyticsTS(MarketsTimeIndexMetaTable):
    """One result of one analysis of a portfolio, for one period."""

    __identity_dimensions__ = ("portfolio_identifier", "analysis_identifier")

    time_index: Mapped[datetime.datetime] = mapped_column(
        comment="Instant of the result, in UTC when read through msm."
    )
    portfolio_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Portfolio.unique_identifier, ondelete="RESTRICT"), comment=PORTFOLIO_IDENTIFIER
    )
    analysis_identifier: Mapped[Str255] = mapped_column(
        comment="Key of the analysis, as text; no table lists the analyses."
    )
    close: Mapped[float | None] = mapped_column(
        comment="Value of the portfolio at the close; its currency is not recorded."
    )
    # `return` is a keyword of Python.
    return_: Mapped[float | None] = mapped_column(
        "return", comment="Return of the portfolio over the period."
    )
    source_time_index: Mapped[datetime.datetime] = mapped_column(
        comment="Time index of the portfolio observation that the result comes from."
    )
    period_start: Mapped[datetime.datetime] = mapped_column(
        comment="Instant from which the result is measured."
    )
    period_end: Mapped[datetime.datetime] = mapped_column(
        comment="Instant up to which the result is measured."
    )

    __table_args__ = (Index(None, *__identity_dimensions__, "time_index"),)
