"""Rebalance state: how far a rebalance has been carried out."""

import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models import Asset, Portfolio
from msm.models.descriptions import ASSET_IDENTIFIER, OBSERVATION_TIME, PORTFOLIO_IDENTIFIER
from msm.types import Str32, Str64, Str255, TextStr


class PortfolioRebalanceStateTS(MarketsTimeIndexMetaTable):
    """One asset's progress towards its target weight, within one intended rebalance."""

    __identity_dimensions__ = ("portfolio_identifier", "rebalance_intent_id", "asset_identifier")

    time_index: Mapped[datetime.datetime] = mapped_column(comment=OBSERVATION_TIME)
    portfolio_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Portfolio.unique_identifier, ondelete="RESTRICT"), comment=PORTFOLIO_IDENTIFIER
    )
    rebalance_intent_id: Mapped[Str64] = mapped_column(
        comment="Common to all rows that carry out one decision to rebalance."
    )
    asset_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"), comment=ASSET_IDENTIFIER
    )
    target_signal_time_index: Mapped[datetime.datetime] = mapped_column(
        comment="Time index of the signal that set the target."
    )
    event_source: Mapped[Str255] = mapped_column(
        comment="Where the reported execution was learned from."
    )
    execution_status: Mapped[Str32] = mapped_column(
        comment="How far the execution has come; the database enforces no set of values."
    )
    target_weight: Mapped[float] = mapped_column(
        comment="Share of the asset in the portfolio when the rebalance is complete."
    )
    weight_before: Mapped[float] = mapped_column(
        comment="Share of the asset in the portfolio before the reported execution."
    )
    weight_after: Mapped[float] = mapped_column(
        comment="Share of the asset in the portfolio after the reported execution."
    )
    executed_weight_delta: Mapped[float] = mapped_column(
        comment="Change of weight executed; an increase is positive."
    )
    remaining_weight_delta: Mapped[float] = mapped_column(
        comment="Change of weight still to execute; an increase is positive."
    )
    execution_price: Mapped[float | None] = mapped_column(
        comment="Price of one unit of executed_quantity; NULL where not recorded."
    )
    executed_quantity: Mapped[float | None] = mapped_column(
        comment="Units of the asset that were traded; NULL where not recorded."
    )
    executed_notional: Mapped[float | None] = mapped_column(
        comment="Money value of executed_quantity, without its currency; NULL where not recorded."
    )
    observed_volume: Mapped[float | None] = mapped_column(
        comment="Volume that the market traded, as observed; NULL where not recorded."
    )
    observed_available_liquidity: Mapped[float | None] = mapped_column(
        comment="Amount that the market could absorb, as observed; NULL where not recorded."
    )
    strategy_state: Mapped[TextStr] = mapped_column(
        comment="State that the rebalance strategy carries forward, serialized as text."
    )

    __table_args__ = (Index(None, *__identity_dimensions__, "time_index"),)
