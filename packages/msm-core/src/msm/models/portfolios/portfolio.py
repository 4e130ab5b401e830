"""The portfolio: a set of weights over assets that is followed over time."""

import uuid

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.calendars.calendar import Calendar
from msm.models.descriptions import SURROGATE_KEY
from msm.models.indices.index import Index
from msm.models.portfolios.signals import SignalMetadata
from msm.types import Str20, Str255, UuidKey


class Portfolio(MarketsMetaTable):
    """One portfolio, with its calendar, its signal and where its series are stored."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    unique_identifier: Mapped[Str255] = mapped_column(
        index=True, unique=True, comment="Business key; time series refer to the portfolio by it."
    )
    calendar_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Calendar.uid, ondelete="RESTRICT"),
        index=True,
        comment="Calendar whose sessions the portfolio follows.",
    )
    published_index_uid: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey(Index.uid, ondelete="SET NULL"),
        index=True,
        comment="Index that carries the portfolio's values; NULL where it is not published.",
    )
    portfolio_weights_data_node_uid: Mapped[uuid.UUID | None] = mapped_column(
        comment="Data node of the weights on the platform; not enforced by a foreign key."
    )
    signal_weights_data_node_uid: Mapped[uuid.UUID | None] = mapped_column(
        comment="Data node of the signal weights on the platform; not enforced by a foreign key."
    )
    signal_uid: Mapped[Str255 | None] = mapped_column(
        ForeignKey(SignalMetadata.signal_uid, ondelete="RESTRICT"),
        index=True,
        comment="Business key of the signal; NULL for a portfolio without one.",
    )
    portfolio_data_node_uid: Mapped[uuid.UUID | None] = mapped_column(
        comment="Data node of the portfolio values on the platform; not enforced by a foreign key."
    )
    backtest_table_price_column_name: Mapped[Str20] = mapped_column(
        server_default="close", comment="Price column that a backtest reads."
    )
