"""Rebalance strategies: the rules by which portfolios move towards their targets."""

from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.descriptions import FREE_TEXT, SURROGATE_KEY
from msm.types import Json, Str255, TextStr, UuidKey


class RebalanceStrategyMetadata(MarketsMetaTable):
    """One rebalance strategy, with the configuration it runs with."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    rebalance_strategy_uid: Mapped[Str255] = mapped_column(
        index=True,
        unique=True,
        comment="Business key of the strategy; text, and not the row's uid.",
    )
    rebalance_strategy_description: Mapped[TextStr | None] = mapped_column(comment=FREE_TEXT)
    configuration_json: Mapped[Json | None] = mapped_column(
        comment="Parameters of the strategy; NULL where none are recorded."
    )
